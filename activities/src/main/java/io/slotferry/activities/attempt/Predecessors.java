package io.slotferry.activities.attempt;

import java.util.Collection;

/** The runs that a run took over: their connections may be ended as its own older ones. */
@FunctionalInterface
public interface Predecessors {
    /**
     * IDs of the runs that this run took over, from whatever workflow.
     *
     * @throws io.grpc.StatusRuntimeException where that cannot be found out now
     */
    Collection<String> of(String workflowId, String runId);
}
