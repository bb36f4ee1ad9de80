package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.Identity;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.SlotferryJson;
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
    private static final String PROCESSES = "processes";

    private final BatchOrder order;
    private final ChangeSession session;
    private final Lifeline lifeline;
    private final AtomicInteger slotsDone;
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean failed = new AtomicBoolean();
    private final ObjectNode processes = SlotferryJson.mapper().createObjectNode();

    BatchRun(BatchOrder order, ChangeSession session, Lifeline lifeline, int slotsDone) {
        this.order = order;
        this.session = session;
        this.lifeline = lifeline;
        this.slotsDone = new AtomicInteger(slotsDone);
        lifeline.lastReport()
                .filter(report -> report.path(PROCESSES).isObject())
                .ifPresent(report -> processes.setAll((ObjectNode) report.path(PROCESSES)));
    }

    Speed speed() {
        return Speed.of(order.mode());
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
     * Remembers, across attempts too, which process an end of a lane is. A process that restarted between two attempts
     * passes every check of its slots although it may have lost its keys.
     *
     * @throws Halted of kind OPEN_SLOT_LOST where the attempt before this one worked on another process
     */
    synchronized void expect(Member node, Identity identity) {
        Optional<String> before = lifeline.lastReport()
                .map(report -> report.path(PROCESSES).path(node.id().value()).asText(""))
                .filter(runId -> !runId.isEmpty());
        if (before.isPresent() && !before.get().equals(identity.runId())) {
            throw new Halted(
                    FailureKind.OPEN_SLOT_LOST,
                    node + " restarted while its slots were open.",
                    List.of("run_id before " + before.get() + ", now " + identity.runId()),
                    "see whether it came back with its data (DBSIZE, the node's log), then slotferry retry");
        }
        processes.put(node.id().value(), identity.runId());
        report();
    }

    void carried(int keysMoved, long bytesMoved) {
        keys.addAndGet(keysMoved);
        bytes.addAndGet(bytesMoved);
        report();
    }

    void moved(int slots) {
        slotsDone.addAndGet(slots);
        report();
    }

    BatchProgress progress() {
        return new BatchProgress(order.number(), slotsDone.get(), order.slots(), keys.get(), bytes.get());
    }

    private synchronized void report() {
        JsonNode progress = SlotferryJson.mapper().valueToTree(progress());
        lifeline.report(((ObjectNode) progress).set(PROCESSES, processes.deepCopy()));
    }

    /** Tells every master but the two of the lane. One that refuses or does not answer learns it from gossip. */
    void tellOtherMasters(LaneTask task, List<SlotChange> changes) {
        for (NodeAddress address : session.addresses()) {
            if (address.equals(task.source().address())
                    || address.equals(task.target().address())) {
                continue;
            }
            ChangingNode node = session.at(address);
            synchronized (node) {
                for (Answer<Void> answer : node.setSlots(changes)) {
                    if (answer instanceof Answer.Refused<Void> refused) {
                        log.info("{} leaves it to gossip: {}", address, refused.reply());
                    }
                }
            }
        }
    }
}
