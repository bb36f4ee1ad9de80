package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.guard.BatchGuard;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.Failures;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import java.util.Optional;

/** {@link BatchMover} as an activity. */
public final class MovingActivities implements Activities.Moving {
    private final Connections connections;
    private final Attempts attempts;
    private final Courses courses;
    private final Guards guards;
    private final MoveMeters meters;

    /** Finds the plan to which a run's batches belong. */
    @FunctionalInterface
    public interface Courses {
        Optional<Course> of(ActivityInfo info);
    }

    /** Finds the guard that stands before a run's batches. */
    @FunctionalInterface
    public interface Guards {
        BatchGuard of(ActivityInfo info, BatchOrder order);
    }

    public MovingActivities(
            Connections connections, Attempts attempts, Courses courses, Guards guards, MoveMeters meters) {
        this.connections = connections;
        this.attempts = attempts;
        this.courses = courses;
        this.guards = guards;
        this.meters = meters;
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

    @Override
    public List<BatchOutcome> moveBatches(BatchChain chain) {
        ChainMemory memory = new ChainMemory(chain);
        try {
            return attempts.lasting(lifeline -> new ChainMover(mover(chain.first()), chain, memory, lifeline).move());
        } catch (ApplicationFailure failure) {
            throw Failures.after(
                    memory.done(), Failures.knowing(memory.processes().now(), failure));
        }
    }

    private BatchOutcome move(BatchOrder order, ProcessMemory memory, Lifeline lifeline) {
        return mover(order).move(order, lifeline, memory);
    }

    private BatchMover mover(BatchOrder order) {
        ActivityInfo info = Activity.getExecutionContext().getInfo();
        ClusterReader reader = new ClusterReader(connections.to(order.access()));
        return new BatchMover(reader, courses.of(info), guards.of(info, order), meters.of(info.getWorkflowId()));
    }
}
