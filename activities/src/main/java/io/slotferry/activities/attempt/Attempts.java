package io.slotferry.activities.attempt;

import io.temporal.activity.Activity;
import java.util.function.Function;
import java.util.function.Supplier;

/** How a worker runs its activities on nodes: each attempt with a lifeline, and failures that say who may proceed. */
public final class Attempts {
    private final StopSignal stop;
    private final Predecessors predecessors;

    public Attempts(StopSignal stop, Predecessors predecessors) {
        this.stop = stop;
        this.predecessors = predecessors;
    }

    /** Does the work of an activity that has a heartbeat timeout. */
    public <T> T lasting(Function<Lifeline, T> work) {
        return brief(() -> {
            try (HeartbeatLifeline lifeline =
                    HeartbeatLifeline.start(Activity.getExecutionContext(), stop, predecessors)) {
                return FailureBoundary.run(() -> work.apply(lifeline), lifeline::troubledSince);
            }
        });
    }

    /** Does the work of an activity without heartbeats, which changes nothing. */
    public <T> T brief(Supplier<T> work) {
        return FailureBoundary.run(work, FailureBoundary::scheduled);
    }
}
