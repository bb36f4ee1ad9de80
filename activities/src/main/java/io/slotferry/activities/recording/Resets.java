package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.enums.v1.WorkflowTaskFailedCause;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.history.v1.WorkflowTaskFailedEventAttributes;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Runs that Temporal's reset cut off. What they changed is not in the history of the run that the reset began, which would
 * take settings that they made for the cluster's own, and their open slots for somebody else's.
 */
final class Resets {
    private final RecordedRuns runs;
    private final RunRecords records;

    Resets(RecordedRuns runs, RunRecords records) {
        this.runs = runs;
        this.records = records;
    }

    /**
     * Refuses to a run that is about to write its record what only one without such an earlier self may do.
     *
     * @throws io.temporal.failure.ApplicationFailure of kind RESET_TOO_FAR
     */
    void refuseToBeginAnew(String workflowId, String runId) {
        Optional<String> cutOff = cutOffInMidRun(workflowId, runId);
        if (cutOff.isPresent()) {
            throw Failures.of(new Halt(
                    FailureKind.RESET_TOO_FAR,
                    "This run was reset to before its first change, and had begun to change the cluster by then.",
                    List.of("run " + cutOff.get() + " of " + workflowId
                            + " wrote its record before the reset cut it off"),
                    "slotferry expand --continue " + workflowId
                            + " goes on where it was cut off; slotferry rollback --of " + workflowId + " undoes it"));
        }
    }

    /** A run that had come to its own end before it was reset has left nothing half done. */
    private Optional<String> cutOffInMidRun(String workflowId, String runId) {
        Set<String> seen = new HashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(runId));
        while (!open.isEmpty()) {
            for (String before : runsBefore(RecordedRuns.execution(workflowId, open.pop()))) {
                if (seen.add(before)) {
                    if (records.of(workflowId, before).isEmpty()) {
                        open.add(before);
                    } else if (terminated(RecordedRuns.execution(workflowId, before))) {
                        return Optional.of(before);
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** The runs whose histories a reset cut to make this one's. */
    private List<String> runsBefore(WorkflowExecution run) {
        return runs.events(run)
                .map(HistoryEvent::getWorkflowTaskFailedEventAttributes)
                .filter(failed ->
                        failed.getCause() == WorkflowTaskFailedCause.WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW)
                .map(WorkflowTaskFailedEventAttributes::getBaseRunId)
                .toList();
    }

    private boolean terminated(WorkflowExecution run) {
        return runs.describe(run)
                .filter(info -> info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED)
                .isPresent();
    }
}
