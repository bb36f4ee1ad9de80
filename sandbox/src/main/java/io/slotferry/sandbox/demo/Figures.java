package io.slotferry.sandbox.demo;

import io.slotferry.sandbox.AuditReport;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.ClientError;
import io.slotferry.sandbox.Finding;
import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.Latency;
import io.slotferry.sandbox.TrafficReport;
import io.slotferry.workflows.contract.ExpandResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The demo's figures, as tables of at most 80 columns and as events. */
final class Figures {
    static final String WARM_UP = "warming up";
    static final String BEFORE = "before";
    static final String BEFORE_AGAIN = "before, again";
    static final String DURING = "during";
    static final String AFTER = "after";

    private final Narrator narrator;

    Figures(Narrator narrator) {
        this.narrator = narrator;
    }

    /** Answers whether every master has its even share. */
    boolean holdings(List<Holding> before, List<Holding> after, int masters) {
        narrator.heading(String.format("  %-18s %22s %26s", "", "slots", "keys"));
        narrator.say(String.format("  %-18s %10s %11s %13s %12s", "master", "before", "after", "before", "after"));
        Map<String, Holding> old = before.stream().collect(Collectors.toMap(Holding::master, Function.identity()));
        List<Holding> sorted = after.stream()
                .sorted(java.util.Comparator.comparing((Holding h) -> !old.containsKey(h.master()))
                        .thenComparing(Holding::master))
                .toList();
        for (Holding now : sorted) {
            Optional<Holding> was = Optional.ofNullable(old.get(now.master()));
            narrator.say(String.format(
                    "  %-18s %10s %,11d %13s %,12d",
                    now.master(),
                    was.map(h -> String.format("%,d", h.slots())).orElse("new"),
                    now.slots(),
                    was.map(h -> String.format("%,d", h.keys())).orElse(""),
                    now.keys()));
        }
        narrator.event("holdings", Map.of("before", before, "after", sorted));
        int least = after.stream().mapToInt(Holding::slots).min().orElse(0);
        int most = after.stream().mapToInt(Holding::slots).max().orElse(0);
        return after.size() == masters && most - least <= 1;
    }

    void clients(TrafficReport report) {
        narrator.heading(String.format(
                "  %-15s %9s %9s %9s %9s %9s %9s", "clients", "calls", "mean", "p50", "p99", "p99.9", "max"));
        report.latencies().forEach((phase, latency) -> {
            if (!phase.equals(WARM_UP) && !phase.equals(AFTER)) {
                narrator.say(row(phase, latency));
            }
        });
        narrator.say(
                "  (The two spans before tell how far quiet ones differ. All on this one machine: nodes, clients,");
        narrator.say("  Temporal and worker share its " + Runtime.getRuntime().availableProcessors() + " processors.)");
        narrator.say("");
        narrator.step(
                "Seen by them",
                report.errors().isEmpty()
                        ? "no errors" + tryAgains(report)
                        : report.errors().stream()
                                .map(error -> error.count() + " " + error.kind())
                                .collect(Collectors.joining(", ")));
        report.errors().stream()
                .map(ClientError::examples)
                .flatMap(List::stream)
                .limit(5)
                .forEach(example -> narrator.step("", example));
        narrator.event("clients", Map.of("report", report));
    }

    private static String tryAgains(TrafficReport report) {
        return report.tryAgains() == 0
                ? ""
                : String.format("; TRYAGAIN %,d times, to which they sent the command again", report.tryAgains());
    }

    private static String row(String phase, Latency latency) {
        return String.format(
                "  %-15s %,9d %9s %9s %9s %9s %9s",
                phase,
                latency.calls(),
                millis(latency.mean()),
                millis(latency.p50()),
                millis(latency.p99()),
                millis(latency.p999()),
                millis(latency.max()));
    }

    private static String millis(Duration time) {
        return String.format("%.2f ms", time.toNanos() / 1e6);
    }

    void batches(BatchHistory history, Optional<ExpandResult> result) {
        int different = history.movements().stream()
                .map(BatchHistory.Movement::number)
                .collect(Collectors.toCollection(TreeSet::new))
                .size();
        long keys = history.movements().stream()
                .flatMap(m -> m.outcome().stream())
                .mapToLong(outcome -> outcome.progress().keysMoved())
                .sum();
        long moving = history.movements().stream()
                .flatMap(m -> m.outcome().stream())
                .mapToLong(outcome -> outcome.millis())
                .sum();
        narrator.step(
                "Batches",
                different + " in Temporal's history, "
                        + (history.repeated().isEmpty()
                                ? "no finished one scheduled again"
                                : "SCHEDULED AGAIN after they were finished: " + history.repeated()));
        result.ifPresent(r -> narrator.step(
                "Time",
                String.format(
                        "%s in all, %s of it resharding",
                        seconds(Duration.between(r.startedAt(), r.endedAt())),
                        seconds(r.moved().reshard()))));
        if (moving > 0) {
            narrator.step(
                    "Speed",
                    String.format(
                            "%,d keys in %s of moving: %,d keys/s (pauses between batches not counted)",
                            keys, seconds(Duration.ofMillis(moving)), keys * 1_000 / moving));
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("batches", different);
        fields.put("repeated", history.repeated());
        fields.put("keysMoved", keys);
        fields.put("millisMoving", moving);
        result.ifPresent(r -> fields.put("moved", r.moved()));
        narrator.event("batches", fields);
    }

    private static String seconds(Duration time) {
        return String.format("%.1f s", time.toMillis() / 1e3);
    }

    /** Says how it ended, and answers whether it ended well. */
    boolean verdict(int exit, boolean balanced, boolean resumed, TrafficReport clients, AuditReport audit) {
        narrator.step("Audit", audit.toString());
        List<Finding> wrong = clients.wrongReads();
        if (!wrong.isEmpty()) {
            narrator.step("", "While it ran, reads did not answer the last acknowledged write:");
            wrong.stream().limit(5).forEach(finding -> narrator.say("  " + finding));
        }
        boolean well = exit == 0 && balanced && resumed && audit.passed() && wrong.isEmpty();
        narrator.heading(
                well
                        ? "Balanced, valid, 0 lost writes."
                        : "NOT as it should be:" + (exit == 0 ? "" : " expand ended with exit code " + exit + ";")
                                + (balanced ? "" : " the slots are not spread evenly;")
                                + (resumed ? "" : " the batches did not go as they must (see above);")
                                + (wrong.isEmpty() ? "" : " clients read wrong values;")
                                + (audit.passed() ? "" : " the audit found faults;"));
        narrator.event(
                "verdict",
                Map.of(
                        "well", well,
                        "expandExit", exit,
                        "balanced", balanced,
                        "lostWrites", audit.lostWrites(),
                        "wrongReads", wrong.size(),
                        "audit", audit));
        return well;
    }
}
