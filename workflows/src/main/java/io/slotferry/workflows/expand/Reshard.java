package io.slotferry.workflows.expand;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.expand.BatchMoves.Ordered;
import io.temporal.failure.TemporalFailure;
import java.time.Duration;
import java.util.stream.IntStream;

/** The plan's batches, one after the other, each when it may start; before another night the backup is looked at again. */
final class Reshard {
    private final Run run;
    private final Rooms rooms;
    private final Changes changes;
    private final Boundary boundary;
    private final BackupGate backup;
    private final Plan plan;
    private final Migrations migrations;
    private final Pace pace;
    private int ordered;
    private boolean nightBegins;

    /** Of batches before this one some may be under way: its first order does not wait. */
    Reshard(Run run, Rooms rooms, Changes changes, Boundary boundary, BackupGate backup) {
        this.run = run;
        this.rooms = rooms;
        this.changes = changes;
        this.boundary = boundary;
        this.backup = backup;
        this.plan = run.plan().orElseThrow();
        this.migrations = new Migrations(run);
        this.pace = new Pace(run);
        this.ordered = changes.slotsMayHaveMoved() ? run.tally().batchesDone() : -1;
    }

    /** Whether there is none left. */
    boolean done() {
        return next() == plan.batches().size();
    }

    /** The first one that is not done, by its index in the plan. */
    private int next() {
        return run.tally().batchesDone();
    }

    /**
     * Moves the next batch to its end; in pacing FAST those after it, too, as far as one activity gets. Called again after a
     * failure it goes on with the batch that failed, at any hour.
     */
    void move() {
        if (ordered != next()) {
            awaitTurn();
        }
        try {
            rooms.batches().chain(this::order, this::awaitTurn, outcome -> {
                run.tally().record(outcome, Run.now());
                run.felt(outcome);
                migrations.record(outcome);
                pace.record(outcome);
            });
        } catch (TemporalFailure failure) {
            ordered = next();
            run.tally().stuck();
            throw failure;
        }
    }

    /** The time between the batch that was moved last and the next. */
    void pause() {
        if (!done()) {
            boundary.pause(
                    "pause before batch " + (next() + 1) + "/" + plan.batches().size(), rooms.batches()::pause);
        }
    }

    private Ordered order() {
        int first = next();
        ordered = first;
        BatchOrder.Terms terms = new BatchOrder.Terms(
                run.retunedThresholds(), boundary.notAfter(run.tally().likely()));
        BatchChain chain = BatchChain.of(IntStream.range(first, plan.batches().size())
                .limit(most())
                .mapToObj(index -> BatchOrders.order(run.request(), plan, index).under(terms)));
        plan.batches().subList(first, first + chain.size()).stream()
                .flatMap(batch -> batch.lanes().stream())
                .forEach(lane -> changes.filling(lane.target()));
        String summary = Summaries.batches(chain, plan.batches().size());
        run.tally().begin(chain.first(), Run.now());
        run.now(summary);
        return new Ordered(chain, summary);
    }

    /**
     * How many batches one activity may be given: more than one where nothing lies between them, and then as many as it
     * likely gets done. Before anybody knows how long one takes, none is begun towards the end of a window behind another.
     */
    private int most() {
        boolean measured = !run.tally().likely().isZero();
        return run.tuning().pacing().mode() == Mode.FAST
                        && (measured || run.tuning().window().isEmpty())
                ? run.tally().fitting(BatchChain.LONGEST)
                : 1;
    }

    private void awaitTurn() {
        Duration ahead = run.request().prepareBefore().orElse(Duration.ZERO);
        while (boundary.pass(run.tally().likely(), ahead) || nightBegins) {
            nightBegins = true;
            backup.renew();
            nightBegins = false;
        }
        boundary.pass(run.tally().likely(), Duration.ZERO);
    }
}
