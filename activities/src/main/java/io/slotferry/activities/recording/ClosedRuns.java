package io.slotferry.activities.recording;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.util.Timestamps;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.TakeOver;
import io.slotferry.workflows.contract.TakeOver.Origin;
import io.slotferry.workflows.contract.TakeOverReader;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import io.temporal.client.WorkflowClient;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Finds the record of a run that is to be gone on with or undone, and refuses where that must not be. */
final class ClosedRuns {
    private static final long DEADLINE_SECONDS = 10;
    private static final int LATEST = 100;
    /** How many take-overs that changed nothing may stand between a run and the one that did. */
    private static final int MOST_HOPS = 20;

    private final WorkflowClient client;
    private final RecordedRuns runs;
    private final RunRecords records;

    ClosedRuns(WorkflowClient client, RecordedRuns runs, RunRecords records) {
        this.client = client;
        this.runs = runs;
        this.records = records;
    }

    RunRecord find(TakeOver.Question question) {
        WorkflowExecution asking = RecordedRuns.execution(question.workflowId(), question.runId());
        Origin origin = question.takeOver().origin();
        for (int hops = 0; hops < MOST_HOPS; hops++) {
            Found found = origin.record().isPresent()
                    ? new Found(brought(origin.record().get(), asking), Optional.empty())
                    : find(origin, asking);
            if (found.record().isPresent()) {
                return found.record().get();
            }
            origin = found.elsewhere().orElseThrow();
        }
        throw refused(
                "More than " + MOST_HOPS + " runs in a row took over another one without changing anything.",
                List.of(),
                "name the run that changed the cluster, with its run ID");
    }

    /** A record, or where to look for it. */
    private record Found(Optional<RunRecord> record, Optional<Origin> elsewhere) {}

    /** A record that a person brought: where its run is known here, it must not be open. */
    private Optional<RunRecord> brought(RunRecord record, WorkflowExecution asking) {
        WorkflowExecution run = RecordedRuns.execution(record.workflowId(), record.runId());
        runs.describe(run).filter(info -> !run.equals(asking)).ifPresent(this::refuseOpen);
        return Optional.of(record);
    }

    private Found find(Origin origin, WorkflowExecution asking) {
        String workflowId = origin.workflowId().orElseThrow();
        return origin.runId().isPresent()
                ? ofRun(RecordedRuns.execution(workflowId, origin.runId().get()))
                : new Found(Optional.of(latest(workflowId, asking)), Optional.empty());
    }

    private Found ofRun(WorkflowExecution run) {
        WorkflowExecutionInfo info = runs.describe(run).filter(ClosedRuns::ours).orElseThrow(() -> unknown(run));
        refuseOpen(info);
        Optional<RunRecord> record = recordOf(info);
        if (record.isPresent()) {
            return new Found(record, Optional.empty());
        }
        Optional<Origin> elsewhere = takenOver(run);
        if (elsewhere.isEmpty()) {
            throw refused(
                    "Run " + run.getRunId() + " of " + run.getWorkflowId()
                            + " changed nothing, so there is nothing to take over.",
                    List.of("it is " + status(info) + ", and has no record of a change in its history"),
                    "start its request again (slotferry expand), or name another run");
        }
        return new Found(Optional.empty(), elsewhere);
    }

    /** The latest closed run of the ID that changed anything: later ones may have been refused, or have asked for this. */
    private RunRecord latest(String workflowId, WorkflowExecution asking) {
        List<WorkflowExecutionInfo> all = list(workflowId).stream()
                .filter(info -> !info.getExecution().equals(asking))
                .sorted(Comparator.comparing((WorkflowExecutionInfo info) -> Timestamps.toNanos(info.getStartTime()))
                        .reversed())
                .toList();
        // Lists lag behind a little: a run that has just ended may still stand there as open.
        all.stream()
                .filter(ClosedRuns::open)
                .map(info -> runs.describe(info.getExecution()))
                .flatMap(Optional::stream)
                .forEach(this::refuseOpen);
        return all.stream()
                .map(this::recordOf)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> all.isEmpty()
                        ? unknown(RecordedRuns.execution(workflowId, ""))
                        : refused(
                                "No run of " + workflowId + " changed anything, so there is nothing to take over.",
                                all.stream()
                                        .map(info ->
                                                "run " + info.getExecution().getRunId() + " is " + status(info))
                                        .toList(),
                                "start the request again: slotferry expand"));
    }

    private Optional<RunRecord> recordOf(WorkflowExecutionInfo info) {
        return records.of(
                info.getExecution().getWorkflowId(), info.getExecution().getRunId());
    }

    /** What the run itself was started to take over. */
    private Optional<Origin> takenOver(WorkflowExecution run) {
        Payloads input = runs.events(run)
                .findFirst()
                .orElseThrow(() -> unknown(run))
                .getWorkflowExecutionStartedEventAttributes()
                .getInput();
        JsonNode json = client.getOptions()
                .getDataConverter()
                .fromPayloads(0, Optional.of(input), JsonNode.class, JsonNode.class);
        try {
            return TakeOverReader.asks(json)
                    ? Optional.of(TakeOverReader.read(json).origin())
                    : Optional.empty();
        } catch (BadRequest e) {
            return Optional.empty();
        }
    }

    private void refuseOpen(WorkflowExecutionInfo info) {
        if (open(info)) {
            String id = info.getExecution().getWorkflowId();
            throw refused(
                    "Run " + info.getExecution().getRunId() + " of " + id
                            + " is open: what it does is its own until it has ended.",
                    List.of(),
                    "slotferry status " + id + " shows it; steer it by slotferry retry, rollback or cancel " + id);
        }
    }

    private RuntimeException unknown(WorkflowExecution run) {
        return refused(
                "Temporal knows no run " + (run.getRunId().isEmpty() ? "" : run.getRunId() + " ") + "of "
                        + run.getWorkflowId() + " in namespace "
                        + client.getOptions().getNamespace() + ".",
                List.of(),
                "name a run that slotferry status finds; where its history is gone, give the file "
                        + run.getWorkflowId() + "-RUN_ID-state.json of the reports folder of its worker: --from FILE");
    }

    private static RuntimeException refused(String message, List<String> evidence, String next) {
        return Failures.of(new Halt(FailureKind.NOT_TAKEN_OVER, message + " Nothing was touched.", evidence, next));
    }

    private static boolean open(WorkflowExecutionInfo info) {
        return info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    private static boolean ours(WorkflowExecutionInfo info) {
        return info.getType().getName().equals(Names.EXPAND_CLUSTER);
    }

    private static String status(WorkflowExecutionInfo info) {
        return info.getStatus().name().replace("WORKFLOW_EXECUTION_STATUS_", "");
    }

    /** All of that workflow ID; the latest alone where the server cannot list. */
    private List<WorkflowExecutionInfo> list(String workflowId) {
        try {
            return client.getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                            .setNamespace(client.getOptions().getNamespace())
                            .setPageSize(LATEST)
                            .setQuery("WorkflowType = '" + Names.EXPAND_CLUSTER + "' AND WorkflowId = '"
                                    + workflowId.replace("\\", "\\\\").replace("'", "\\'") + "'")
                            .build())
                    .getExecutionsList();
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                case UNIMPLEMENTED, PERMISSION_DENIED ->
                    runs.describe(RecordedRuns.execution(workflowId, "")).filter(ClosedRuns::ours).stream()
                            .toList();
                default -> throw e;
            };
        }
    }
}
