package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.Identity;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * One lane while its slots move, with a connection of its own to its source. The processes behind both ends are remembered from
 * the start: a slot is opened and finalised on the same ones, or the lane halts.
 */
final class LaneMover implements Lanes.Mover {
    private final LaneTask task;
    private final BatchRun run;
    private final ChangingNode source;
    private final TargetEnd target;
    private final CallSizer sizer;
    private final Identity sourceIdentity;
    private final Set<Integer> databases = new TreeSet<>();

    /** With a target of its own. */
    LaneMover(LaneTask task, BatchRun run, ChangeSession session) {
        this(task, run, session, new TargetEnd(task, run, session));
    }

    /** With a target that it shares with other lanes. */
    LaneMover(LaneTask task, BatchRun run, ChangeSession session, TargetEnd target) {
        this.task = task;
        this.run = run;
        this.source = session.another(task.source().address());
        this.target = target;
        this.sizer = new CallSizer(() -> run.speed().callBudget());
        SlotCheck first = source.check(List.of(), List.of());
        run.expect(task.from(), source, first);
        this.sourceIdentity = first.identity();
        databases.addAll(first.databases().keySet());
    }

    LaneTask task() {
        return task;
    }

    BatchRun run() {
        return run;
    }

    ChangingNode source() {
        return source;
    }

    ChangingNode target() {
        return target.node();
    }

    /** Databases in which the source was seen to have keys. */
    List<Integer> databases() {
        return List.copyOf(databases);
    }

    CallSizer sizer() {
        return sizer;
    }

    /** The target owns these now. */
    void taken(SlotRanges slots) {
        target.taken(slots);
    }

    /** Keys are about to be sent. */
    void sending() {
        run.receiving(task.target());
    }

    /**
     * Looks at the source, and makes sure that it is the process that the lane began on.
     *
     * @throws Halted of kind OPEN_SLOT_LOST; of kind SHARD_FAILED_OVER where its epoch grew: by a failover there and back,
     *     or since nodes with the same epoch were told apart
     */
    SlotCheck checkSource(List<Integer> inDatabases, List<Integer> slots) {
        SlotCheck check = source.check(inDatabases, slots);
        databases.addAll(check.databases().keySet());
        requireSourceProcess(check);
        requireSourceEpoch(check);
        run.seen(task.source(), check);
        return check;
    }

    void requireSourceProcess(SlotCheck check) {
        requireSame("source " + task.source(), sourceIdentity, check.identity());
    }

    void requireSourceEpoch(SlotCheck check) {
        if (check.identity().configEpoch() != sourceIdentity.configEpoch()) {
            throw failedOver(
                    "The source " + task.source() + " has another config epoch than when its slots were opened.",
                    List.of("then " + sourceIdentity.configEpoch() + ", now "
                            + check.identity().configEpoch()));
        }
    }

    /**
     * Looks at the target.
     *
     * @throws Halted of kind OPEN_SLOT_LOST or SLOT_TAKEN_BACK
     */
    SlotCheck checkTarget() {
        return target.check();
    }

    /**
     * Makes sure that each end is a master in the eyes of the other: the first to see that a shard has failed over may be
     * the other end.
     *
     * @throws Halted of kind SHARD_FAILED_OVER
     */
    void requireMasters(SlotCheck source, SlotCheck target) {
        List<String> evidence = new ArrayList<>();
        if (!target.masters().containsKey(task.source().id())) {
            evidence.add(task.target() + " does not see " + task.source() + " as a master that lives");
        }
        if (!source.masters().containsKey(task.target().id())) {
            evidence.add(task.source() + " does not see " + task.target() + " as a master that lives");
        }
        if (!evidence.isEmpty()) {
            throw failedOver("An end of " + task.name() + " is no master any more.", evidence);
        }
    }

    /**
     * Makes sure that the target knows the source's config epoch: it takes slots under one above all that it has heard of,
     * and a source with a higher one wins them back ({@link TakenSlots}). The gate waits until it does.
     *
     * @throws Halted of kind SHARD_FAILED_OVER
     */
    void requireKnownEpoch(SlotCheck source, SlotCheck target) {
        long known = target.masters().get(task.source().id());
        if (known < source.identity().configEpoch()) {
            throw failedOver(
                    task.target() + " has not heard of the config epoch of " + task.source() + ".",
                    List.of("it knows of " + known + ", the source has "
                            + source.identity().configEpoch()));
        }
    }

    static Halted failedOver(String message, List<String> evidence) {
        return new Halted(
                FailureKind.SHARD_FAILED_OVER,
                message,
                evidence,
                "it goes on with the new master by itself; if it stays so, see CLUSTER NODES and the node's log, then"
                        + " slotferry retry");
    }

    /** Makes sure that an end is the process that it was. */
    static void requireSame(String end, Identity then, Identity now) {
        List<String> evidence = new ArrayList<>();
        if (!then.id().equals(now.id())) {
            evidence.add("node ID then " + then.id() + ", now " + now.id());
        }
        if (!then.runId().equals(now.runId())) {
            evidence.add("run_id then " + then.runId() + ", now " + now.runId());
        }
        if (!evidence.isEmpty()) {
            throw lost("The " + end + " is another process than when its slots were opened.", evidence);
        }
    }

    static Halted lost(String message, List<String> evidence) {
        return new Halted(
                FailureKind.OPEN_SLOT_LOST,
                message,
                evidence,
                "see the node's log for a restart or a failover, and whether it still has its data; then slotferry"
                        + " retry");
    }

    /**
     * A halt for slots that a stage refused. Valkey's masters take no change of slots while a replica of theirs is not
     * online; that passes when it is linked again, or marked as failed.
     */
    Halted refused(String command, List<String> refusals) {
        boolean replicas = refusals.stream().allMatch(refusal -> refusal.contains("NOREPLICAS"));
        return new Halted(
                replicas ? FailureKind.VIEWS_DISAGREE : FailureKind.NODE_REFUSED,
                command + " was refused on " + task.name() + "; these slots stay with their source.",
                refusals.subList(0, Math.min(refusals.size(), 10)),
                replicas
                        ? "bring the node's replicas back (or wait until they are marked as failed), then slotferry"
                                + " retry"
                        : "see the node's log, then slotferry retry");
    }

    @Override
    public void close() {
        source.close();
        target.close();
    }
}
