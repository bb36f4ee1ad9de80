package io.slotferry.starter;

import io.temporal.api.common.v1.WorkflowExecution;

/** One run of a workflow. */
record Run(String workflowId, String runId) {
    static Run of(WorkflowExecution execution) {
        return new Run(execution.getWorkflowId(), execution.getRunId());
    }

    WorkflowExecution execution() {
        return WorkflowExecution.newBuilder()
                .setWorkflowId(workflowId)
                .setRunId(runId)
                .build();
    }
}
