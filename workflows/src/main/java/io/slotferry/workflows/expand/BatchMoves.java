package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.Processes;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Moves batches, whichever way they go, and remembers from one to the next, and over retries of an operator, which processes
 * stood at their ends: a node that restarted without its data must not be taken for one whose slots are empty.
 */
final class BatchMoves {
    /** A batch that is given up so often without a slot more is not a matter of workers that stop. */
    private static final int MOST_FRUITLESS = 20;

    private final Rooms rooms;
    private Processes known = Processes.none();
    private PacingState pacing = PacingState.FIRST;

    BatchMoves(Rooms rooms) {
        this.rooms = rooms;
    }

    /**
     * Moves one batch to its end. It is ordered again where a worker stopped over it: the activity does what is left. Where
     * it came too late to begin, it waits at the boundary first.
     *
     * @param orders asked before each time that the batch is ordered
     * @param boundary waits until a batch may begin
     * @param each is told of every outcome
     * @throws TemporalFailure where it does not go on; the next call of the same order does what is left
     */
    void move(Supplier<BatchOrder> orders, Runnable boundary, String summary, Consumer<BatchOutcome> each) {
        chain(() -> new Ordered(new BatchChain(List.of(orders.get())), summary), boundary, each);
    }

    /** What one activity is to do, as far as it gets. */
    record Ordered(BatchChain chain, String summary) {}

    /**
     * Moves batches until one activity has ended with all that it began complete.
     *
     * @param next the batch in hand and those after it, asked before each time that batches are ordered
     */
    void chain(Supplier<Ordered> next, Runnable boundary, Consumer<BatchOutcome> each) {
        BatchOutcome last;
        int number = 0;
        int done = 0;
        int fruitless = 0;
        do {
            Ordered ordered = next.get();
            List<BatchOutcome> outcomes = once(ordered, each);
            last = outcomes.get(outcomes.size() - 1);
            outcomes.forEach(each);
            CancellationScope.throwCanceled();
            int before = last.progress().number() == number ? done : 0;
            number = last.progress().number();
            done = last.progress().slotsDone();
            fruitless = done > before || outcomes.size() > 1 ? 0 : fruitless + 1;
            if (!last.complete() && done == 0 && ordered.chain().first().terms().over(Run.now())) {
                boundary.run();
                fruitless = 0;
            }
            if (!last.complete() && fruitless == MOST_FRUITLESS) {
                throw Failures.of(fruitless(number));
            }
        } while (!last.complete());
    }

    /**
     * Finishes slots that stand open, each in the direction in which it is open.
     *
     * @param orders makes an order of each batch
     * @param doing is told of each batch before it moves
     */
    void settle(List<Batch> batches, Function<Batch, BatchOrder> orders, Consumer<String> doing) {
        batches.forEach(batch -> {
            BatchOrder order = orders.apply(batch);
            String summary = Summaries.settling(order);
            doing.accept(summary);
            move(() -> order, () -> {}, summary, outcome -> {});
        });
    }

    /** What pacing ADAPTIVE makes of the request's pause, as clients felt the batches so far. */
    Duration pause(Pacing asked) {
        return asked.mode() == Pacing.Mode.ADAPTIVE
                ? asked.pause().multipliedBy(pacing.pauseShare()).dividedBy(100)
                : asked.pause();
    }

    private List<BatchOutcome> once(Ordered ordered, Consumer<BatchOutcome> each) {
        BatchChain chain = ordered.chain();
        try {
            List<BatchOutcome> outcomes = chain.size() == 1
                    ? List.of(rooms.moving(ordered.summary())
                            .moveBatch(chain.first().knowing(known).paced(pacing)))
                    : rooms.moving(ordered.summary()).moveBatches(chain.knowing(known));
            outcomes.forEach(this::learn);
            return outcomes;
        } catch (TemporalFailure failure) {
            known = known.plus(Failures.processesOf(failure));
            Failures.doneBefore(failure).forEach(each);
            throw failure;
        }
    }

    private void learn(BatchOutcome outcome) {
        known = known.plus(outcome.seen().orElse(Processes.none()));
        pacing = outcome.pacing().map(pacing::then).orElse(pacing);
    }

    private static Halt fruitless(int number) {
        return new Halt(
                FailureKind.DEFECT,
                "Batch " + number + " was given up " + MOST_FRUITLESS + " times in a row without a slot more.",
                List.of(),
                "see why the workers stop, in their logs; then slotferry retry, or slotferry stop-here");
    }
}
