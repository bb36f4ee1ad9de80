package io.slotferry.starter;

import io.slotferry.planning.Estimate;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.Tuning;
import io.slotferry.workflows.contract.ValidationReport;
import io.slotferry.workflows.contract.ValidationReport.ShardSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A run's values as a workflow would answer them. */
final class Samples {
    static final String FINGERPRINT = "0123456789abcdef".repeat(4);
    static final Instant STARTED = Instant.parse("2026-01-02T01:00:00Z");
    static final Halt HALT = new Halt(
            FailureKind.NODE_UNREACHABLE,
            "10.0.0.2:7000 does not answer; batch 17 of 41 stands at slot 1640.",
            List.of("connect timed out after 2 s, 5 times", "3 of 4 masters answer"),
            "slotferry retry orders once it is back, or slotferry cancel orders");

    private Samples() {}

    static NodeId id(int digit) {
        return new NodeId(Integer.toHexString(digit).repeat(40));
    }

    static NodeAddress node(int host, int port) {
        return new NodeAddress("10.0.0." + host, port);
    }

    /** Where a run stands, so far as its states differ. */
    static ExpandStatus status(
            String workflowId, String runId, String cluster, Phase phase, RunState state, String why, int batch) {
        boolean planned = phase.compareTo(Phase.PLAN) >= 0;
        boolean moving = phase.compareTo(Phase.RESHARD) >= 0;
        return new ExpandStatus(
                workflowId,
                runId,
                cluster,
                state,
                phase,
                why,
                state == RunState.WAITING ? Optional.of(STARTED.plus(Duration.ofHours(24))) : Optional.empty(),
                state == RunState.HALTED ? Optional.of(HALT) : Optional.empty(),
                Optional.of(preflight(false)),
                planned ? FINGERPRINT : "",
                planned ? "2 masters join; 4,096 slots move in 41 batches." : "",
                moving ? batch : 0,
                planned ? 41 : 0,
                moving ? Math.max(0, (batch - 1) * 100) : 0,
                planned ? 4_096 : 0,
                moving ? (batch - 1) * 25_000L : 0,
                planned ? 1_000_000 : 0,
                moving ? Optional.of(Duration.ofSeconds(743)) : Optional.empty(),
                List.copyOf(state.legal(phase)),
                List.of(),
                List.of(
                        new ExpandResult.Note(STARTED, "preflight"),
                        new ExpandResult.Note(STARTED.plusSeconds(5), "plan")),
                STARTED,
                moving ? Optional.of(1_250L) : Optional.empty(),
                Optional.of(new Tuning(
                        new ExpandRequest.Pacing(ExpandRequest.Pacing.Mode.STEADY, Duration.ofSeconds(10)),
                        4,
                        ExpandRequest.Thresholds.DEFAULT,
                        Optional.empty())),
                moving ? (batch - 1) * 2_500_000L : 0,
                moving ? Optional.of(ExpandRequest.Migration.KEYS) : Optional.empty(),
                Optional.empty(),
                moving ? Optional.of(new ClientLatency(210, 604, 202, 497, false)) : Optional.empty());
    }

    static ExpandStatus status(Phase phase, RunState state, String why, int batch) {
        return status("expand-orders", "run-1", "orders", phase, state, why, batch);
    }

    static PreflightReport preflight(boolean fails) {
        return new PreflightReport(
                List.of(
                        check("one-view", Optional.empty(), Verdict.PASS, "6 nodes agree", ""),
                        check("coverage", Optional.empty(), Verdict.PASS, "16,384 of 16,384 slots", ""),
                        check(
                                "memory",
                                Optional.of(node(2, 7000)),
                                Verdict.WARN,
                                "81 % of maxmemory, limit 80 %",
                                "it is a source: expanding helps"),
                        check(
                                "empty",
                                Optional.of(node(4, 7000)),
                                fails ? Verdict.FAIL : Verdict.PASS,
                                fails ? "holds 12 keys in database 0" : "no key in any database",
                                fails ? "redis-cli -h 10.0.0.4 -p 7000 flushall, if nobody needs them" : "")),
                fails ? List.of("latency@10.0.0.9:7000") : List.of());
    }

    private static CheckResult check(
            String name, Optional<NodeAddress> node, Verdict verdict, String evidence, String remedy) {
        return new CheckResult(name, node, verdict, evidence, remedy, false);
    }

    static ExpandResult result(String workflowId, String runId, String cluster, RunState outcome, boolean nothingToDo) {
        boolean refused = outcome == RunState.REFUSED;
        boolean whole = outcome == RunState.COMPLETED && !nothingToDo;
        return new ExpandResult(
                workflowId,
                runId,
                cluster,
                outcome,
                nothingToDo,
                refused
                        ? Optional.of(new Halt(
                                FailureKind.PREFLIGHT_FAILED,
                                "1 of 4 preflight checks failed; nothing was touched.",
                                List.of("FAIL empty@10.0.0.4:7000: holds 12 keys in database 0"),
                                "mend what failed, then slotferry expand again"))
                        : Optional.empty(),
                refused || nothingToDo ? "" : FINGERPRINT,
                refused || nothingToDo ? "" : "2 masters join; 4,096 slots move in 41 batches.",
                preflight(refused),
                whole
                        ? new ExpandResult.Moved(41, 41, 4_096, 4_096, 1_000_000, 2_000, Duration.ofSeconds(820))
                        : outcome == RunState.STOPPED
                                ? new ExpandResult.Moved(17, 41, 1_700, 4_096, 415_000, 2_000, Duration.ofSeconds(340))
                                : new ExpandResult.Moved(0, 0, 0, 0, 0, 0, Duration.ZERO),
                Optional.empty(),
                whole ? Optional.of(validation()) : Optional.empty(),
                whole ? List.of("10.0.0.2:7000 was over the latency limit twice; 40 s were waited") : List.of(),
                List.of(new ExpandResult.Note(STARTED, "preflight")),
                STARTED,
                STARTED.plusSeconds(903),
                outcome == RunState.STOPPED ? "slotferry expand with the same request goes on" : "",
                Optional.empty(),
                !refused,
                Optional.empty());
    }

    /** The same run, ended after its plan was made. */
    static ExpandResult rehearsed(ExpandResult whole) {
        return new ExpandResult(
                whole.workflowId(),
                whole.runId(),
                whole.cluster(),
                RunState.COMPLETED,
                false,
                Optional.empty(),
                whole.fingerprint(),
                whole.planText(),
                whole.preflight(),
                new ExpandResult.Moved(0, 41, 0, 4_096, 0, 0, Duration.ZERO),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                whole.trail(),
                whole.startedAt(),
                whole.endedAt(),
                "this is the plan; nothing was touched",
                Optional.empty(),
                false,
                Optional.empty());
    }

    /** A run that ended after its backup, as {@code slotferry backup} starts it. */
    static ExpandResult backedUp() {
        ExpandResult planned = rehearsed(result("backup-orders", "run-1", "orders", RunState.COMPLETED, false));
        Backup backup = new Backup(
                Backup.FORMAT,
                "orders",
                planned.workflowId(),
                planned.runId(),
                "file:/var/backups/redis",
                "file:/var/backups/redis/orders-20260102T030405Z-run-1",
                STARTED,
                STARTED.plusSeconds(40),
                List.of(
                        part(1, "0-5460", 52_428_800),
                        part(2, "5461-10922", 52_428_123),
                        part(3, "10923-16383", 52_429_001)),
                List.of());
        return new ExpandResult(
                planned.workflowId(),
                planned.runId(),
                planned.cluster(),
                planned.outcome(),
                false,
                Optional.empty(),
                "",
                "",
                planned.preflight(),
                new ExpandResult.Moved(0, 0, 0, 0, 0, 0, Duration.ZERO),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                planned.trail(),
                STARTED,
                STARTED.plusSeconds(43),
                "the backup is written and verified; nothing on the cluster was changed",
                Optional.of(backup),
                false,
                Optional.empty());
    }

    private static Backup.Part part(int digit, String slots, long bytes) {
        return new Backup.Part(
                "shard-" + digit + ".rdb",
                List.of(new Member(id(digit), node(digit, 7000))),
                SlotRanges.parse(slots),
                id(digit),
                bytes,
                Integer.toString(digit).repeat(64),
                Optional.of(Integer.toString(digit).repeat(16)),
                new Backup.Rdb(
                        "REDIS0010",
                        Optional.of("redis 7.0.15"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(333_333L)),
                STARTED,
                STARTED.plusSeconds(40),
                Optional.of(new Backup.Loaded("redis 7.0.15", 333_333, Optional.of(0L))));
    }

    private static ValidationReport validation() {
        List<ShardSummary> shards = List.of(
                new ShardSummary(id(1), node(1, 7000), 4_096, 250_101, List.of(node(2, 7001))),
                new ShardSummary(id(2), node(2, 7000), 4_096, 249_899, List.of(node(3, 7001))),
                new ShardSummary(id(3), node(3, 7000), 4_096, 250_003, List.of(node(1, 7001))),
                new ShardSummary(id(4), node(4, 7000), 4_096, 249_997, List.of(node(5, 7001))));
        return new ValidationReport(List.of(), shards);
    }

    static Plan plan() {
        return new Plan(
                FINGERPRINT,
                List.of(
                        shard(1, SlotRanges.parse("0-5460"), false),
                        shard(2, SlotRanges.parse("5461-10922"), false),
                        shard(3, SlotRanges.parse("10923-16383"), false),
                        shard(4, SlotRanges.none(), true)),
                List.of(),
                List.of(),
                Plan.AttachOrder.AFTER_RESHARD,
                new Estimate(1_000_000, Duration.ofSeconds(800)));
    }

    private static PlannedShard shard(int digit, SlotRanges before, boolean added) {
        return new PlannedShard(new Member(id(digit), node(digit, 7000)), List.of(), before, 4_096, added);
    }
}
