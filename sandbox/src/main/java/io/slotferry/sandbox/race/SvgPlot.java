package io.slotferry.sandbox.race;

import java.util.List;
import java.util.Locale;

/** How it went in some lanes, as a picture: worst answers to clients over time, and below them the slots moved. */
public final class SvgPlot {
    private static final int WIDTH = 860;
    private static final int LEFT = 70;
    private static final int RIGHT = 840;
    private static final int TOP = 70;
    private static final int BOTTOM = 310;
    private static final int SLOTS_TOP = 350;
    private static final int SLOTS_BOTTOM = 440;
    private static final int HEIGHT = 490;
    private static final int LEGEND = 385;
    private static final int LEGEND_ROW = 16;
    private static final int STEPS = 5;
    /** Told apart by those who see no red or no green, too. */
    private static final List<String> COLOURS =
            List.of("#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

    private final Axes axes;

    /** What the names of more than two lanes need above all else. */
    private final int above;

    private final StringBuilder svg = new StringBuilder();

    private SvgPlot(Axes axes, int lanes) {
        this.axes = axes;
        this.above = LEGEND_ROW * ((lanes + 1) / 2 - 1);
    }

    /** The whole file; lanes that were not run at the same time begin at 0 all the same. */
    public static String of(String title, List<Outcome> outcomes) {
        SvgPlot plot = new SvgPlot(Axes.of(outcomes), outcomes.size());
        plot.frame(title);
        for (int i = 0; i < outcomes.size(); i++) {
            plot.lane(outcomes.get(i), COLOURS.get(i % COLOURS.size()), i);
        }
        return plot.svg.append("</svg>\n").toString();
    }

    private void frame(String title) {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 %d %d %d\" "
                        + "font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH, HEIGHT + above, -above, WIDTH, HEIGHT + above);
        add("<title>%s</title>", escaped(title));
        add("<rect y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", -above, WIDTH, HEIGHT + above);
        text(LEFT, 22 - above, "start", "#000000", title);
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
                LEFT + LEGEND * (number % 2),
                42 - above + LEGEND_ROW * (number / 2),
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
