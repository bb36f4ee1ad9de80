package io.slotferry.activities.attempt;

import io.grpc.StatusRuntimeException;
import io.slotferry.activities.redis.ConnectionName;
import io.temporal.activity.ActivityInfo;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.util.concurrent.TimeUnit;

/**
 * Tells whose a connection is. Of another run it is a predecessor's where this run took that one over, or where that run
 * has the same workflow ID and is closed: a reset or a termination leaves its attempts at work until they notice.
 */
record Kinship(WorkflowClient client, ActivityInfo own, Predecessors predecessors) {
    private static final long DEADLINE_SECONDS = 5;

    Kin of(ConnectionName mine, ConnectionName other) {
        if (other.run().equals(mine.run())) {
            return Kin.between(mine, other);
        }
        try {
            return predecessors.of(own.getWorkflowId(), own.getWorkflowRunId()).contains(other.run())
                    ? Kin.PREDECESSOR
                    : sameWorkflowId(other.run());
        } catch (StatusRuntimeException e) {
            throw new Lifeline.Superseded("Temporal does not say whose connection " + other + " is ("
                    + e.getStatus().getCode() + "): this attempt changes nothing more");
        }
    }

    /** Of one workflow ID at most one run is open: where it is the other, this one is over. */
    private Kin sameWorkflowId(String runId) {
        try {
            WorkflowExecutionStatus status = client.getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setExecution(WorkflowExecution.newBuilder()
                                    .setWorkflowId(own.getWorkflowId())
                                    .setRunId(runId))
                            .build())
                    .getWorkflowExecutionInfo()
                    .getStatus();
            return status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
                    ? Kin.SUCCESSOR
                    : Kin.PREDECESSOR;
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                // Of another workflow, of another server, or none of Temporal's IDs at all.
                case NOT_FOUND, INVALID_ARGUMENT -> Kin.STRANGER;
                default -> throw e;
            };
        }
    }
}
