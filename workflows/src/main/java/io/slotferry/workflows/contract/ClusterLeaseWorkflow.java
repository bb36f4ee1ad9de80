package io.slotferry.workflows.contract;

import io.temporal.workflow.SignalMethod;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;

/** Lives as long as the run that started it as its child: its workflow ID is the lease on a cluster. */
@WorkflowInterface
public interface ClusterLeaseWorkflow {
    /** Waits to be released or terminated. */
    @WorkflowMethod(name = Names.CLUSTER_LEASE)
    void hold();

    /** Ends the lease. */
    @SignalMethod(description = "End the lease; sent by the run that holds it")
    void release();
}
