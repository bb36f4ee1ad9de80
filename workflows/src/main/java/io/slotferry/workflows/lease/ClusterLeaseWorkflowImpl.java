package io.slotferry.workflows.lease;

import io.slotferry.workflows.contract.ClusterLeaseWorkflow;
import io.temporal.workflow.Workflow;

/** Does nothing but live: whoever runs under this workflow ID holds the cluster. */
public final class ClusterLeaseWorkflowImpl implements ClusterLeaseWorkflow {
    private boolean released;

    @Override
    public void hold() {
        Workflow.await(() -> released);
    }

    @Override
    public void release() {
        released = true;
    }
}
