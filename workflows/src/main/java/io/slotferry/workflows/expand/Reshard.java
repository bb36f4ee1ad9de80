package io.slotferry.workflows.expand;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchOrder;
import java.time.Duration;

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

    /** Moves the batch at this index to its end. Called again after a failure it goes on with it, at any hour. */
    void move(int index) {
        if (ordered != index) {
            awaitTurn();
        }
        ordered = index;
        BatchOrder order = order(index);
        String summary = Summaries.batch(order, plan.batches().size());
        run.tally().begin(order, Run.now());
        plan.batches().get(index).lanes().forEach(lane -> changes.filling(lane.target()));
        rooms.batches()
                .move(
                        () -> {
                            run.now(summary);
                            return order(index);
                        },
                        this::awaitTurn,
                        summary,
                        outcome -> {
                            run.tally().record(outcome, Run.now());
                            run.felt(outcome);
                            migrations.record(outcome);
                            pace.record(outcome);
                        });
    }

    /** The time between the batch at this index and the next. */
    void pauseAfter(int index) {
        if (index < plan.batches().size() - 1) {
            boundary.pause(
                    "pause before batch " + (index + 2) + "/" + plan.batches().size(), rooms.batches()::pause);
        }
    }

    private BatchOrder order(int index) {
        return BatchOrders.order(run.request(), plan, index)
                .under(new BatchOrder.Terms(
                        run.retunedThresholds(), boundary.notAfter(run.tally().likely())));
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
