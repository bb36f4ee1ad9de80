package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.RunRecord;
import io.temporal.client.WorkflowClient;
import java.util.Optional;

/** The records that runs wrote before their first change; an activity finds that of its own run here too. */
@FunctionalInterface
public interface RunRecords {
    /**
     * The record of this run; empty where it has changed nothing, or is unknown (any more).
     *
     * @throws io.grpc.StatusRuntimeException where that cannot be found out now
     */
    Optional<RunRecord> of(String workflowId, String runId);

    /** As Temporal's history holds them; each is read once. Safe for use by several threads. */
    static RunRecords inHistory(WorkflowClient client) {
        return new HistoryRecords(client);
    }
}
