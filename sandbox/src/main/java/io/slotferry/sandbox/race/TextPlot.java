package io.slotferry.sandbox.race;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The worst answers to clients over time in 80 columns: a panel for each lane, all with the same axes. */
final class TextPlot {
    private static final int COLUMNS = 72;
    private static final int ROWS = 8;
    private static final int LABEL = 6;

    private TextPlot() {}

    static List<String> lines(List<Outcome> outcomes) {
        Axes axes = Axes.of(outcomes);
        List<String> lines = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            lines.add(outcome.name() + ": the worst answer at a time, in ms (# while slots move, . afterwards)");
            lines.addAll(panel(outcome, axes));
        }
        lines.add(" ".repeat(LABEL + 1) + "+" + "-".repeat(COLUMNS));
        lines.add(seconds(axes));
        return lines;
    }

    private static List<String> panel(Outcome outcome, Axes axes) {
        double[] worst = worst(outcome.samples(), axes);
        int perDecade = Math.max(1, ROWS / axes.decades());
        int rows = perDecade * axes.decades();
        List<String> lines = new ArrayList<>();
        for (int row = rows; row >= 1; row--) {
            // A decade's label stands where it begins, read from below.
            boolean labelled = (row - 1) % perDecade == 0;
            String label = labelled ? Axes.label(axes.lowest() + (row - 1) / perDecade) : "";
            StringBuilder line = new StringBuilder(" ".repeat(LABEL - label.length()) + label + " |");
            for (int column = 0; column < COLUMNS; column++) {
                line.append(mark(outcome, axes, column, worst[column], (double) (row - 1) / rows));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static char mark(Outcome outcome, Axes axes, int column, double worst, double from) {
        if (worst <= 0 || axes.height(worst) < from) {
            return ' ';
        }
        boolean moves = axes.seconds() * column / COLUMNS < outcome.seconds();
        return moves ? '#' : '.';
    }

    /** Of each column: a sample tells of all the time since the one before. */
    private static double[] worst(List<Sample> samples, Axes axes) {
        double[] worst = new double[COLUMNS];
        int first = 0;
        for (Sample sample : samples) {
            double end = axes.across(sample.at()) * COLUMNS;
            for (int column = first; column < end; column++) {
                worst[column] = Math.max(worst[column], sample.worst());
            }
            first = (int) end;
        }
        return worst;
    }

    private static String seconds(Axes axes) {
        String right = String.format(Locale.ROOT, "%.1f s", axes.seconds());
        String middle = String.format(Locale.ROOT, "%.1f", axes.seconds() / 2);
        String left = " ".repeat(LABEL + 2) + "0";
        String line = left + " ".repeat(LABEL + 2 + COLUMNS / 2 - left.length()) + middle;
        return line + " ".repeat(LABEL + 2 + COLUMNS - right.length() - line.length()) + right;
    }
}
