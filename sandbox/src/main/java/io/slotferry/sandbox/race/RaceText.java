package io.slotferry.sandbox.race;

import io.slotferry.sandbox.race.OpenLoop.Felt;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A race as text of at most 80 columns; pure. */
final class RaceText {
    private static final int NAME = 10;

    private RaceText() {}

    /** The display that is redrawn: two lines for each lane. */
    static List<String> display(double seconds, List<Standing> lanes, int width) {
        List<String> lines = new ArrayList<>();
        lines.add(format("%.0f s", seconds));
        for (Standing lane : lanes) {
            lines.add(bar(lane, width));
            lines.add(cut(" ".repeat(NAME + 1) + figures(lane), width));
        }
        return lines;
    }

    private static String bar(Standing lane, int width) {
        int slots = Math.min(lane.slots(), lane.ofSlots());
        String right = format(" %,6d of %,d slots", slots, lane.ofSlots());
        int room = Math.max(10, width - NAME - 3 - right.length());
        int full = room * slots / lane.ofSlots();
        return cut(
                format("%-" + NAME + "s [", lane.name()) + "#".repeat(full) + "-".repeat(room - full) + "]" + right,
                width);
    }

    private static String figures(Standing lane) {
        return format("%,d keys, ", lane.keys())
                + (lane.seconds().isPresent()
                        ? format("done in %.1f s", lane.seconds().getAsDouble())
                        : format("%,.0f keys/s", lane.keysPerSecond()))
                + format("; worst answer %.1f ms", lane.worst());
    }

    /** For a log: a line for each lane. */
    static List<String> lines(double seconds, List<Standing> lanes) {
        return lanes.stream()
                .map(lane -> format("%5.0f s  %-" + NAME + "s %,6d slots, ", seconds, lane.name(), lane.slots())
                        + figures(lane))
                .toList();
    }

    private static String cut(String line, int width) {
        return line.length() <= width ? line : line.substring(0, width);
    }

    /** Who took how long, beside the first. */
    static List<String> speeds(List<Outcome> outcomes) {
        List<String> lines = new ArrayList<>();
        lines.add(format("%-" + NAME + "s %9s %12s %10s %9s %7s", "", "seconds", "keys", "keys/s", "slots/s", "ratio"));
        for (Outcome outcome : outcomes) {
            lines.add(
                    outcome.problem().isPresent()
                            ? format("%-" + NAME + "s %9.1f  not as it should be", outcome.name(), outcome.seconds())
                            : format(
                                    "%-" + NAME + "s %9.1f %,12d %,10.0f %,9.0f %7s",
                                    outcome.name(),
                                    outcome.seconds(),
                                    outcome.keys(),
                                    outcome.keysPerSecond(),
                                    outcome.slotsPerSecond(),
                                    ratio(outcomes.get(0), outcome)));
        }
        return lines;
    }

    private static String ratio(Outcome first, Outcome outcome) {
        return first.problem().isPresent() ? "" : format("%.1fx", first.seconds() / outcome.seconds());
    }

    /** What clients felt, in milliseconds. */
    static List<String> clients(List<Outcome> outcomes) {
        List<String> lines = new ArrayList<>();
        lines.add(format("%-30s %10s %10s %10s %10s", "clients wait, in ms", "mean", "p99", "p99.9", "worst"));
        for (Outcome outcome : outcomes) {
            lines.add(row(outcome.name() + ", before", outcome.before()));
            lines.add(row(outcome.name() + ", while slots move", outcome.during()));
        }
        return lines;
    }

    private static String row(String what, Felt felt) {
        return format("%-30s %10.2f %10.2f %10.1f %10.1f", what, felt.mean(), felt.p99(), felt.p999(), felt.worst());
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
