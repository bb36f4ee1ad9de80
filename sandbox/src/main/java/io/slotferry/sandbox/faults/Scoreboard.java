package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.FaultRun.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Runs by how they ended and by what befell them. */
final class Scoreboard {
    private final List<Verdict> verdicts = new ArrayList<>();
    private final List<Long> unplayed = new ArrayList<>();

    void add(Verdict verdict) {
        verdicts.add(verdict);
    }

    /** A run that could not be judged. */
    void unplayed(long seed) {
        unplayed.add(seed);
    }

    int runs() {
        return verdicts.size() + unplayed.size();
    }

    /** Whether nothing is broken, and every run was judged. */
    boolean clean() {
        return unplayed.isEmpty() && verdicts.stream().allMatch(Verdict::passed);
    }

    /** Some lines for one run. */
    static String line(Verdict verdict) {
        String strikes =
                verdict.script().strikes().stream().map(Strike::toString).collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "%s  seed %-6d %-14s %-26s %4d s%s%n      %s%n      %s",
                verdict.passed() ? "ok    " : "BROKEN",
                verdict.script().seed(),
                verdict.server(),
                verdict.end(),
                verdict.took().toSeconds(),
                aside(verdict),
                verdict.script().shape(),
                strikes
                        + (verdict.script().onFailure().equals("ASK")
                                ? ""
                                : ", onFailure " + verdict.script().onFailure())
                        + (verdict.script().undone() ? ", undone once complete" : "")
                        + (verdict.passedOver() == 0 ? "" : " (" + verdict.passedOver() + " passed over)"));
    }

    private static String aside(Verdict verdict) {
        String halts = verdict.halts().stream()
                .map(halt -> halt.substring(0, halt.indexOf(':')))
                .distinct()
                .collect(Collectors.joining(", "));
        return (halts.isEmpty() ? "" : "  halted: " + halts)
                + (verdict.lostByReplication() == 0
                        ? ""
                        : "  keys lost by the servers' own replication: " + verdict.lostByReplication());
    }

    /** The tables, and the sums. */
    String text() {
        StringBuilder text = new StringBuilder();
        text.append(String.format("%n%-34s %5s %8s%n", "ended", "runs", "broken"));
        Map<String, List<Verdict>> byEnd = verdicts.stream()
                .collect(Collectors.groupingBy(v -> v.end().toString(), TreeMap::new, Collectors.toList()));
        byEnd.forEach((end, runs) -> text.append(row(end, runs)));
        text.append(String.format("%n%-34s %5s %8s%n", "befallen by", "runs", "broken"));
        for (FaultKind kind : FaultKind.values()) {
            List<Verdict> runs =
                    verdicts.stream().filter(v -> v.script().has(kind)).toList();
            if (!runs.isEmpty()) {
                text.append(row(kind.words(), runs));
            }
        }
        Duration took = verdicts.stream().map(Verdict::took).reduce(Duration.ZERO, Duration::plus);
        long broken = verdicts.stream().filter(v -> !v.passed()).count();
        text.append(String.format(
                Locale.ROOT,
                "%n%d runs, %d broken, %d not judged; keys lost by the servers' own replication: %d; %d s, %d s a run%n",
                runs(),
                broken,
                unplayed.size(),
                verdicts.stream().mapToInt(Verdict::lostByReplication).sum(),
                took.toSeconds(),
                verdicts.isEmpty() ? 0 : took.toSeconds() / verdicts.size()));
        return text.toString();
    }

    private static String row(String name, List<Verdict> runs) {
        return String.format(
                "%-34s %5d %8d%n",
                name, runs.size(), runs.stream().filter(v -> !v.passed()).count());
    }
}
