package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunRecord;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.ActivityTaskScheduledEventAttributes;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowClient;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads records from the histories of runs. A record counts once the activity that wrote it has completed: before that the
 * run has changed nothing.
 */
final class HistoryRecords implements RunRecords {
    private static final int REMEMBERED = 16;

    private final WorkflowClient client;
    private final RecordedRuns runs;
    private final Map<String, RunRecord> read = new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, RunRecord> eldest) {
            return size() > REMEMBERED;
        }
    };

    HistoryRecords(WorkflowClient client) {
        this.client = client;
        this.runs = new RecordedRuns(client);
    }

    @Override
    public synchronized Optional<RunRecord> of(String workflowId, String runId) {
        RunRecord known = read.get(runId);
        if (known != null) {
            return Optional.of(known);
        }
        Optional<RunRecord> found = find(RecordedRuns.execution(workflowId, runId));
        // A reset takes the record over into a new run, and the one that wrote it is closed then.
        Optional<RunRecord> held = found.map(record -> record.heldBy(runId));
        held.ifPresent(record -> read.put(runId, record));
        return held;
    }

    private Optional<RunRecord> find(WorkflowExecution run) {
        Map<Long, Payloads> written = new HashMap<>();
        return runs.events(run)
                .flatMap(event -> completed(event, written).stream())
                .findFirst()
                .map(this::decoded);
    }

    /** The record whose writing this event tells to be complete, of those that were begun. */
    private static Optional<Payloads> completed(HistoryEvent event, Map<Long, Payloads> begun) {
        ActivityTaskScheduledEventAttributes scheduled = event.getActivityTaskScheduledEventAttributes();
        if (scheduled.getActivityType().getName().equals(Names.WRITE_RECORD)) {
            begun.put(event.getEventId(), scheduled.getInput());
        }
        return event.hasActivityTaskCompletedEventAttributes()
                ? Optional.ofNullable(begun.get(
                        event.getActivityTaskCompletedEventAttributes().getScheduledEventId()))
                : Optional.empty();
    }

    private RunRecord decoded(Payloads input) {
        return client.getOptions()
                .getDataConverter()
                .fromPayloads(0, Optional.of(input), RunRecord.class, RunRecord.class);
    }
}
