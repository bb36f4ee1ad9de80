package io.slotferry.activities.recording;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.api.workflowservice.v1.WorkflowServiceGrpc.WorkflowServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What Temporal knows of runs, open and closed. Failures of the server go up as StatusRuntimeException. */
final class RecordedRuns {
    private static final long DEADLINE_SECONDS = 10;

    private final WorkflowClient client;

    RecordedRuns(WorkflowClient client) {
        this.client = client;
    }

    static WorkflowExecution execution(String workflowId, String runId) {
        return WorkflowExecution.newBuilder()
                .setWorkflowId(workflowId)
                .setRunId(runId)
                .build();
    }

    /** Empty where the server does not know it (any more), or it cannot be the ID of a run. */
    Optional<WorkflowExecutionInfo> describe(WorkflowExecution run) {
        return known(() -> server().describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(namespace())
                        .setExecution(run)
                        .build())
                .getWorkflowExecutionInfo());
    }

    /** Its history, read page by page as the stream is; none where the server does not know it (any more). */
    Stream<HistoryEvent> events(WorkflowExecution run) {
        return Stream.iterate(page(run, ByteString.EMPTY), Optional::isPresent, page -> page.map(
                                GetWorkflowExecutionHistoryResponse::getNextPageToken)
                        .filter(token -> !token.isEmpty())
                        .flatMap(token -> page(run, token)))
                .flatMap(Optional::stream)
                .map(page -> page.getHistory().getEventsList())
                .flatMap(List::stream);
    }

    private Optional<GetWorkflowExecutionHistoryResponse> page(WorkflowExecution run, ByteString token) {
        return known(() -> server().getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                .setNamespace(namespace())
                .setExecution(run)
                .setNextPageToken(token)
                .build()));
    }

    private static <T> Optional<T> known(Supplier<T> answer) {
        try {
            return Optional.of(answer.get());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND
                    || e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private WorkflowServiceBlockingStub server() {
        return client.getWorkflowServiceStubs().blockingStub().withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    private String namespace() {
        return client.getOptions().getNamespace();
    }
}
