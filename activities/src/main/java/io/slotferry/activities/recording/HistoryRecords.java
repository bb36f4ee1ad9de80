package io.slotferry.activities.recording;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunRecord;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryRequest;
import io.temporal.api.workflowservice.v1.GetWorkflowExecutionHistoryResponse;
import io.temporal.client.WorkflowClient;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Reads records from the histories of runs. A record counts once the activity that wrote it has completed: before that the
 * run has changed nothing.
 */
final class HistoryRecords implements RunRecords {
    private static final int REMEMBERED = 16;
    private static final long DEADLINE_SECONDS = 10;

    private final WorkflowClient client;
    private final Map<String, RunRecord> read = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RunRecord> eldest) {
            return size() > REMEMBERED;
        }
    };

    HistoryRecords(WorkflowClient client) {
        this.client = client;
    }

    @Override
    public synchronized Optional<RunRecord> of(String workflowId, String runId) {
        RunRecord known = read.get(runId);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<RunRecord> found = find(WorkflowExecution.newBuilder()
                .setWorkflowId(workflowId)
                .setRunId(runId)
                .build());
        // A reset takes the record over into a new run, and the one that wrote it is closed then.
        Optional<RunRecord> held = found.map(record -> record.heldBy(runId));
        held.ifPresent(record -> read.put(runId, record));
        return held;
    }

    private Optional<RunRecord> find(WorkflowExecution run) {
        Map<Long, Payloads> written = new HashMap<>();
        ByteString page = ByteString.EMPTY;
        do {
            GetWorkflowExecutionHistoryResponse answer;
            try {
                answer = page(run, page);
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.NOT_FOUND
                        || e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                    return Optional.empty();
                }
                throw e;
            }
            for (HistoryEvent event : answer.getHistory().getEventsList()) {
                if (event.hasActivityTaskScheduledEventAttributes()
                        && event.getActivityTaskScheduledEventAttributes()
                                .getActivityType()
                                .getName()
                                .equals(Names.WRITE_RECORD)) {
                    written.put(
                            event.getEventId(),
                            event.getActivityTaskScheduledEventAttributes().getInput());
                } else if (event.hasActivityTaskCompletedEventAttributes()) {
                    Payloads input = written.get(
                            event.getActivityTaskCompletedEventAttributes().getScheduledEventId());
                    if (input != null) {
                        return Optional.of(decoded(input));
                    }
                }
            }
            page = answer.getNextPageToken();
        } while (!page.isEmpty());
        return Optional.empty();
    }

    private GetWorkflowExecutionHistoryResponse page(WorkflowExecution run, ByteString token) {
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .getWorkflowExecutionHistory(GetWorkflowExecutionHistoryRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(run)
                        .setNextPageToken(token)
                        .build());
    }

    private RunRecord decoded(Payloads input) {
        return client.getOptions()
                .getDataConverter()
                .fromPayloads(0, Optional.of(input), RunRecord.class, RunRecord.class);
    }
}
