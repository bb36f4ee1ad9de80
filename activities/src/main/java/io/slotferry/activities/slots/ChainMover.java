package io.slotferry.activities.slots;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Kin;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the batches of a chain, each as it would move alone: through the gate, past the guard, behind a fence of its own.
 *
 * <p>An attempt begins with the batch after those that the one before it reported as done. That report may be older than
 * the cluster: where a later batch has begun, the ones before it are done, which its gate sees to ({@link Course}).
 */
final class ChainMover {
    private static final Logger log = LoggerFactory.getLogger(ChainMover.class);

    private final BatchMover mover;
    private final List<BatchOrder> orders;
    private final ChainMemory memory;
    private final Lifeline lifeline;
    private final Duration longest;
    private final long began = System.nanoTime();
    private int at;

    ChainMover(BatchMover mover, BatchChain chain, ChainMemory memory, Lifeline lifeline) {
        this(mover, chain, memory, lifeline, BatchChain.LONGEST);
    }

    /**
     * A chain.
     *
     * @param longest after which no other batch begins
     */
    ChainMover(BatchMover mover, BatchChain chain, ChainMemory memory, Lifeline lifeline, Duration longest) {
        this.mover = mover;
        this.orders = chain.orders();
        this.memory = memory;
        this.lifeline = lifeline;
        this.longest = longest;
    }

    /**
     * Moves the first batch that is not done, and those after it for as long as nothing speaks against the next.
     *
     * @return the outcomes, those of attempts before included
     * @throws RuntimeException as {@link BatchMover#move}; {@code memory} tells what was done before
     */
    List<BatchOutcome> move() {
        memory.recall(lifeline.lastReport());
        // Where all are said to be done, the last one is looked at once more.
        at = Math.min(memory.done().size(), orders.size() - 1);
        if (lifeline.lastReport().isPresent()) {
            passWhatIsDone();
        }
        BatchOutcome last = first();
        while (last.complete() && goesOn()) {
            memory.rest();
            Link link = new Link(lifeline, memory.done(), Optional.empty());
            link.report(memory.ahead(orders.get(at)));
            last = move(link);
        }
        return memory.told(last);
    }

    private boolean goesOn() {
        return at < orders.size()
                && !lifeline.stopRequested()
                && System.nanoTime() - began < longest.toNanos()
                && !orders.get(at).terms().over(Instant.now());
    }

    /** Where its gate finds that this attempt has not begun with the right one, it begins with that. */
    private BatchOutcome first() {
        while (true) {
            try {
                return move(new Link(lifeline, memory.done(), lifeline.lastReport()));
            } catch (Halted e) {
                int begunWith = at;
                if (e.halt().kind() == FailureKind.CLUSTER_CHANGED
                        || e.halt().kind() == FailureKind.FOREIGN_OPEN_SLOT) {
                    passWhatIsDone();
                }
                if (at == begunWith) {
                    throw e;
                }
            }
        }
    }

    /** Goes over to the next batch where that has begun and the one before it is all at its targets. */
    private void passWhatIsDone() {
        if (at + 1 == orders.size()) {
            return;
        }
        BatchesBegun begun = mover.begun(orders.get(at), lifeline);
        while (at + 1 < orders.size() && begun.isDone(orders.get(at)) && begun.isBegun(orders.get(at + 1))) {
            BatchOrder order = orders.get(at);
            log.info("batch {} was done before, and batch {} begun", order.number(), order.number() + 1);
            if (at == memory.done().size()) {
                memory.add(new BatchOutcome(
                        new BatchProgress(order.number(), order.slots(), order.slots(), 0, 0),
                        true,
                        order.slots(),
                        0,
                        Optional.empty()));
            }
            at++;
        }
    }

    private BatchOutcome move(Link link) {
        BatchOutcome outcome;
        try {
            outcome = mover.move(orders.get(at), link, memory.processes());
        } catch (RuntimeException e) {
            tell();
            throw e;
        }
        boolean told = at < memory.done().size();
        if (outcome.complete()) {
            if (!told) {
                memory.add(outcome);
            }
            at++;
        } else if (told) {
            memory.dropLast();
        }
        return outcome;
    }

    /** A failure comes at any time, a heartbeat once a second: the next attempt is to know what was done until now. */
    private void tell() {
        if (!memory.done().isEmpty()) {
            try {
                lifeline.sync();
            } catch (RuntimeException e) {
                log.warn("the last heartbeat of a chain was not acknowledged: {}", e.getMessage());
            }
        }
    }

    /**
     * The lifeline of one batch: whatever that reports is told with what was done before it.
     *
     * @param lastReport of the attempt before; empty for all but the first batch of an attempt
     */
    private record Link(Lifeline lifeline, List<BatchOutcome> before, Optional<JsonNode> lastReport)
            implements Lifeline {
        @Override
        public ConnectionName connectionName() {
            return lifeline.connectionName();
        }

        @Override
        public Kin kin(ConnectionName other) {
            return lifeline.kin(other);
        }

        @Override
        public void assertMayChange(Duration limit) {
            lifeline.assertMayChange(limit);
        }

        @Override
        public boolean stopRequested() {
            return lifeline.stopRequested();
        }

        @Override
        public void report(JsonNode details) {
            JsonNode told = ChainMemory.beside(before, details);
            lifeline.report(told);
        }

        @Override
        public void report(Supplier<? extends JsonNode> details) {
            lifeline.report(() -> ChainMemory.beside(before, details.get()));
        }

        @Override
        public void sync() {
            lifeline.sync();
        }
    }
}
