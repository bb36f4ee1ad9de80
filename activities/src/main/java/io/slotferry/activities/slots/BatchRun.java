package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.pacing.Pacer;
import io.slotferry.activities.pacing.Speed;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.Member;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the lanes of a batch share while it moves. Safe for use by several threads. */
final class BatchRun {
    private static final Logger log = LoggerFactory.getLogger(BatchRun.class);

    private static final int MOST_REASONS = 3;
    private static final int LONGEST_REASON = 300;

    private final BatchOrder order;
    private final Lifeline lifeline;
    private final ProcessMemory memory;
    private final TakenSlots taken;
    private final MoveMeters.OfRun meters;
    private final AtomicInteger slotsDone = new AtomicInteger();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicInteger jobs = new AtomicInteger();
    private final AtomicInteger failedJobs = new AtomicInteger();
    private final AtomicInteger slotsByKeys = new AtomicInteger();
    private final List<String> reasons = new ArrayList<>();
    private final AtomicBoolean failed = new AtomicBoolean();
    private volatile Pacer pacer;
    private volatile Relook relook = Relook.none();

    BatchRun(BatchOrder order, Lifeline lifeline, ProcessMemory memory, TakenSlots taken, MoveMeters.OfRun meters) {
        this.order = order;
        this.lifeline = lifeline;
        this.memory = memory;
        this.taken = taken;
        this.meters = meters;
        this.pacer = Pacer.steady(order.mode());
    }

    /** What is at work is so no more: the lanes are about to begin, or to begin again after a failover. */
    void anew() {
        failed.set(false);
    }

    /** The lanes begin, with so many slots at their targets, and keep to these. */
    void begin(int slotsAtTargets, Pacer pacer, Relook relook) {
        slotsDone.set(slotsAtTargets);
        this.pacer = pacer;
        this.relook = relook;
        report();
    }

    Pacing.Mode mode() {
        return order.mode();
    }

    Speed speed() {
        return pacer.speed();
    }

    /** A lane has pressed on its nodes for so long: comes back when it may go on. */
    void rest(long workedNanos) {
        pacer.rest(workedNanos);
    }

    /** Does a part of a lane, at whose begin and end it has no slot in hand; not at all where the batch is to stop. */
    void turn(Runnable part) {
        relook.turn(() -> pacer.turn(part));
    }

    /** In bytes: a larger key is not moved. */
    long largestKey() {
        return order.largestKey().bytes();
    }

    /** Whether lanes are to end at their next boundary. */
    boolean stopping() {
        return failed.get() || lifeline.stopRequested();
    }

    /** A lane cannot go on: the others end at their next boundary. */
    void fail() {
        failed.set(true);
    }

    /**
     * Makes sure that a lane's end is no process that lost its data.
     *
     * @throws io.slotferry.activities.attempt.Halted of kind OPEN_SLOT_LOST where it is another one than before
     */
    void expect(Shard shard, ChangingNode node, SlotCheck check) {
        memory.expect(shard, check, node::info);
        report();
    }

    /** What an end of a lane said while slots move. */
    void seen(Member node, SlotCheck check) {
        memory.seen(node, check);
        report();
    }

    /** Keys are about to be sent to this node; Temporal knows before it gets its first. */
    void receiving(Member node) {
        if (memory.receiving(node)) {
            report();
            lifeline.sync();
        }
    }

    void carried(LaneTask task, int keysMoved, long bytesMoved) {
        memory.carried(task.source(), task.target(), keysMoved);
        keys.addAndGet(keysMoved);
        bytes.addAndGet(bytesMoved);
        meters.carried(keysMoved, bytesMoved);
        report();
    }

    /** The target said OK to SETSLOT NODE for these. */
    void taken(Member target, SlotRanges slots) {
        taken.add(target.id(), slots);
        report();
    }

    void moved(int slots) {
        slotsDone.addAndGet(slots);
        meters.moved(slots);
        report();
    }

    BatchProgress progress() {
        return new BatchProgress(
                order.number(), slotsDone.get(), order.slots(), keys.get(), bytes.get(), pacer.text(), pacer.latency());
    }

    /** What pacing has learnt; empty where the mode keeps to one speed. */
    Optional<PacingState> paced() {
        return pacer.state();
    }

    /** A migration job has brought its slots to the target. */
    void jobMoved(LaneTask task, SlotRanges slots, long keysMoved, long bytesMoved) {
        jobs.incrementAndGet();
        carried(task, Math.toIntExact(keysMoved), bytesMoved);
        moved(slots.size());
    }

    /** A migration job has left its slots with the source. */
    void jobFailed(LaneTask task, SlotRanges slots, String why) {
        failedJobs.incrementAndGet();
        String text = slots.size() + " slots " + task.name() + ": " + why;
        log.warn("a migration job failed, {}", text);
        synchronized (reasons) {
            if (reasons.size() < MOST_REASONS) {
                reasons.add(text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text);
            }
        }
    }

    /** So many slots go key by key, since their jobs failed. */
    void byKeys(int slots) {
        slotsByKeys.addAndGet(slots);
    }

    /** What migration jobs had to do with the batch; empty where there was none. */
    Optional<BatchOutcome.Atomic> atomic() {
        synchronized (reasons) {
            return jobs.get() + failedJobs.get() == 0
                    ? Optional.empty()
                    : Optional.of(new BatchOutcome.Atomic(jobs.get(), failedJobs.get(), slotsByKeys.get(), reasons));
        }
    }

    private void report() {
        lifeline.report(this::told);
    }

    private JsonNode told() {
        ObjectNode report = SlotferryJson.mapper().valueToTree(progress());
        report.set(ProcessMemory.FIELD, SlotferryJson.mapper().valueToTree(memory.now()));
        paced().ifPresent(
                        state -> report.set(Paces.FIELD, SlotferryJson.mapper().valueToTree(state)));
        report.set(TakenSlots.FIELD, SlotferryJson.mapper().valueToTree(taken.texts()));
        return report;
    }
}
