package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.Failures;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.util.Optional;

/** {@link BatchMover} as an activity. */
public final class MovingActivities implements Activities.Moving {
    private final Connections connections;
    private final Attempts attempts;
    private final Courses courses;

    /** Finds the plan to which a run's batches belong. */
    @FunctionalInterface
    public interface Courses {
        Optional<Course> of(ActivityInfo info);
    }

    public MovingActivities(Connections connections, Attempts attempts, Courses courses) {
        this.connections = connections;
        this.attempts = attempts;
        this.courses = courses;
    }

    @Override
    public BatchOutcome moveBatch(BatchOrder order) {
        ProcessMemory memory = new ProcessMemory(order.known());
        try {
            return attempts.lasting(lifeline -> move(order, memory, lifeline));
        } catch (ApplicationFailure failure) {
            throw Failures.knowing(memory.now(), failure);
        }
    }

    private BatchOutcome move(BatchOrder order, ProcessMemory memory, Lifeline lifeline) {
        Optional<Course> course = courses.of(Activity.getExecutionContext().getInfo());
        return new BatchMover(new ClusterReader(connections.to(order.access())), course).move(order, lifeline, memory);
    }
}
