package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.common.v1.Payload;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.common.v1.WorkflowType;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.HistoryEventFilterType;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.StartWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** Starts a run as the Web UI's form does: type, task queue, a free workflow ID, and text that nobody has looked at. */
final class WebForm {
    /** Far more than a refusal takes; a run that is open after it hangs. */
    private static final long HANGS_AFTER_SECONDS = 300;

    private final WorkflowClient client;

    WebForm(WorkflowClient client) {
        this.client = client;
    }

    WorkflowExecution start(String workflowId, String taskQueue, Optional<String> input) {
        StartWorkflowExecutionRequest.Builder request = StartWorkflowExecutionRequest.newBuilder()
                .setNamespace(client.getOptions().getNamespace())
                .setWorkflowId(workflowId)
                .setWorkflowType(WorkflowType.newBuilder().setName(Names.EXPAND_CLUSTER))
                .setTaskQueue(TaskQueue.newBuilder().setName(taskQueue))
                .setRequestId(UUID.randomUUID().toString());
        input.ifPresent(text -> request.setInput(Payloads.newBuilder()
                .addPayloads(Payload.newBuilder()
                        .putMetadata("encoding", ByteString.copyFromUtf8("json/plain"))
                        .setData(ByteString.copyFromUtf8(text)))));
        return WorkflowExecution.newBuilder()
                .setWorkflowId(workflowId)
                .setRunId(client.getWorkflowServiceStubs()
                        .blockingStub()
                        .startWorkflowExecution(request.build())
                        .getRunId())
                .build();
    }

    /** The failure that closed the run: its message is what the Web UI shows. */
    Failure failure(WorkflowExecution run) {
        HistoryEvent last = closing(run);
        assertThat(last.getEventType()).isEqualTo(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED);
        return last.getWorkflowExecutionFailedEventAttributes().getFailure();
    }

    /** The server answers a poll after some time without the event that was waited for. */
    private HistoryEvent closing(WorkflowExecution run) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(HANGS_AFTER_SECONDS);
        while (true) {
            List<HistoryEvent> events = client.getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(HANGS_AFTER_SECONDS, TimeUnit.SECONDS)
                    .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setExecution(run)
                            .setWaitNewEvent(true)
                            .setHistoryEventFilterType(HistoryEventFilterType.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
                            .build())
                    .getHistory()
                    .getEventsList();
            if (!events.isEmpty()) {
                return events.get(events.size() - 1);
            }
            assertThat(System.nanoTime()).as("the run still hangs").isLessThan(deadline);
        }
    }
}
