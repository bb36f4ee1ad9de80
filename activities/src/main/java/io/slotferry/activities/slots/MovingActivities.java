package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.FailureBoundary;
import io.slotferry.activities.attempt.HeartbeatLifeline;
import io.slotferry.activities.attempt.StopSignal;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.temporal.activity.Activity;

/** {@link BatchMover} as an activity. */
public final class MovingActivities implements Activities.Moving {
    private final Connections connections;
    private final StopSignal stop;

    public MovingActivities(Connections connections, StopSignal stop) {
        this.connections = connections;
        this.stop = stop;
    }

    @Override
    public BatchOutcome moveBatch(BatchOrder order) {
        return FailureBoundary.run(() -> {
            try (HeartbeatLifeline lifeline = HeartbeatLifeline.start(Activity.getExecutionContext(), stop)) {
                return new BatchMover(new ClusterReader(connections.to(order.access()))).move(order, lifeline);
            }
        });
    }
}
