package io.slotferry.sandbox.race;

import java.util.List;
import java.util.Locale;

/** A race as a picture: worst answers to clients over time, and below them the slots moved. */
final class SvgPlot {
    private static final int WIDTH = 860;
    private static final int LEFT = 70;
    private static final int RIGHT = 840;
    private static final int TOP = 70;
    private static final int BOTTOM = 310;
    private static final int SLOTS_TOP = 350;
    private static final int SLOTS_BOTTOM = 440;
    private static final int HEIGHT = 490;
    private static final int LEGEND = 385;
    private static final int STEPS = 5;
    /** Told apart by those who see no red or no green, too. */
    private static final List<String> COLOURS = List.of("#d55e00", "#0072b2");

    private final Axes axes;
    private final StringBuilder svg = new StringBuilder();

    private SvgPlot(Axes axes) {
        this.axes = axes;
    }

    /** The whole file. */
    static String of(String title, List<Outcome> outcomes) {
        SvgPlot plot = new SvgPlot(Axes.of(outcomes));
        plot.frame(title);
        for (int i = 0; i < outcomes.size(); i++) {
            plot.lane(outcomes.get(i), COLOURS.get(i % COLOURS.size()), i);
        }
        return plot.svg.append("</svg>\n").toString();
    }

    private void frame(String title) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH, HEIGHT, WIDTH, HEIGHT);
        add("<title>%s</title>", escaped(title));
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
        text(LEFT, 22, "start", "#000000", title);
        text(LEFT, TOP - 8, "start", "#555555", "worst answer to clients, ms (logarithmic)");
        for (int power = axes.lowest(); power <= axes.highest(); power++) {
            double y = y(Math.pow(10, power));
            line(LEFT, y, RIGHT, y, "#dddddd");
            text(LEFT - 6, y + 4, "end", "#555555", Axes.label(power));
        }
        text(LEFT, SLOTS_TOP - 8, "start", "#555555", "slots moved");
        line(LEFT, SLOTS_TOP, RIGHT, SLOTS_TOP, "#dddddd");
        line(LEFT, SLOTS_BOTTOM, RIGHT, SLOTS_BOTTOM, "#dddddd");
        text(LEFT - 6, SLOTS_TOP + 4, "end", "#555555", "100 %");
        text(LEFT - 6, SLOTS_BOTTOM + 4, "end", "#555555", "0");
        for (int i = 0; i <= STEPS; i++) {
            double second = axes.seconds() * i / STEPS;
            text(x(second), SLOTS_BOTTOM + 20, "middle", "#555555", String.format(Locale.ROOT, "%.1f", second));
        }
        text(RIGHT, SLOTS_BOTTOM + 38, "end", "#555555", "seconds");
    }

    private void lane(Outcome outcome, String colour, int number) {
        text(
                LEFT + LEGEND * number,
                42,
                "start",
                colour,
                String.format(
                        Locale.ROOT,
                        "%s: %.1f s, worst answer %.1f ms",
                        outcome.name(),
                        outcome.seconds(),
                        outcome.during().worst()));
        StringBuilder answers = new StringBuilder();
        StringBuilder slots = new StringBuilder(point(0, SLOTS_BOTTOM));
        double from = 0;
        for (Sample sample : outcome.samples()) {
            // A step as wide as the time that the sample tells of.
            answers.append(point(from, y(sample.worst()))).append(point(sample.at(), y(sample.worst())));
            double share = Math.min(1.0, (double) sample.slots() / outcome.slots());
            slots.append(point(sample.at(), SLOTS_BOTTOM - share * (SLOTS_BOTTOM - SLOTS_TOP)));
            from = sample.at();
        }
        curve(answers, colour);
        curve(slots, colour);
        add(
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\" stroke-dasharray=\"4 4\"/>",
                x(outcome.seconds()), TOP, x(outcome.seconds()), SLOTS_BOTTOM, colour);
    }

    private double x(double second) {
        return LEFT + axes.across(second) * (RIGHT - LEFT);
    }

    private double y(double millis) {
        return BOTTOM - axes.height(millis) * (BOTTOM - TOP);
    }

    private String point(double second, double y) {
        return String.format(Locale.ROOT, "%.1f,%.1f ", x(second), y);
    }

    private void curve(StringBuilder points, String colour) {
        add(
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" points=\"%s\"/>",
                colour, points.toString().strip());
    }

    private void line(double x1, double y1, double x2, double y2, String colour) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", x1, y1, x2, y2, colour);
    }

    private void text(double x, double y, String anchor, String colour, String words) {
        add(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"%s\">%s</text>",
                x, y, anchor, colour, escaped(words));
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
