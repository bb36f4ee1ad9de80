package io.slotferry.workflows.contract;

/** Whose run holds a cluster. */
public record LeaseHolder(String leaseId, String leaseRunId, String workflowId, String runId) {}
