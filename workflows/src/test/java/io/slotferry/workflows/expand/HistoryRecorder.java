package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunState;
import io.temporal.activity.Activity;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Writes the histories that {@link ReplayTest} replays: to be run on released code, never on the change under test. */
final class HistoryRecorder {
    private static final String REQUEST = ExpandTestRun.request(", 'batch': {'slots': 1366}");
    private static final String WITHOUT_PAUSE =
            ExpandTestRun.request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT0S'}");

    private HistoryRecorder() {}

    /** Folder, and the names of those to write; without names all of them. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        List<String> wanted = List.of(arguments).subList(1, arguments.length);
        for (Map.Entry<String, Callable<WorkflowExecutionHistory>> one :
                recordings().entrySet()) {
            if (wanted.isEmpty() || wanted.contains(one.getKey())) {
                write(one.getValue().call(), folder.resolve(one.getKey() + ".json"));
            }
        }
    }

    private static Map<String, Callable<WorkflowExecutionHistory>> recordings() {
        Map<String, Callable<WorkflowExecutionHistory>> recordings = new LinkedHashMap<>();
        recordings.put("three-batches", () -> uneventful(REQUEST));
        recordings.put(
                "with-backup", () -> uneventful(REQUEST.replace("'backup': 'none'", "'backup': 'file:backups'")));
        recordings.put("paused-over-a-window", HistoryRecorder::nights);
        recordings.put("halted-and-rolled-back", HistoryRecorder::wayBack);
        recordings.put("approved-retried-and-stopped", HistoryRecorder::steered);
        recordings.put("cancelled-in-mid-batch", HistoryRecorder::cancelled);
        recordings.put("fast-and-halted-in-a-chain", HistoryRecorder::chained);
        recordings.put("reset-between-batches", HistoryRecorder::reset);
        recordings.put("heartbeat-timed-out", HistoryRecorder::heartbeatTimeout);
        return recordings;
    }

    private static WorkflowExecutionHistory uneventful(String request) {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            return ended(lab, lab.start(request));
        }
    }

    /** A run that is paused over its window's end, retuned, resumed, and goes on in the next night. */
    private static WorkflowExecutionHistory nights() {
        try (ExpandTestRun lab = new ExpandTestRun(Instant.parse("2026-06-01T12:00:00Z"))) {
            WorkflowStub run =
                    lab.start(ExpandTestRun.request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT10M'},"
                            + " 'window': {'from': '11:00', 'to': '13:00', 'zone': 'UTC'}"));
            lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
            lab.command(run, "pause", "{'by': 'ops'}");
            lab.await(run, RunState.PAUSED);
            lab.sleep(Duration.ofHours(4));
            lab.command(run, "retune", "{'pacing': {'pause': 'PT5M'}, 'by': 'ops'}");
            lab.command(run, "resume", "{'by': 'ops'}");
            return ended(lab, run);
        }
    }

    private static WorkflowExecutionHistory wayBack() {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            WorkflowStub run = lab.start(WITHOUT_PAUSE);
            lab.await(run, RunState.HALTED);
            lab.command(run, "rollback", "{'by': 'ops'}");
            return ended(lab, run);
        }
    }

    private static WorkflowExecutionHistory steered() {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            lab.fake.fail("MoveBatch 3", FailureKind.MIGRATE_FAILED);
            WorkflowStub run = lab.start(WITHOUT_PAUSE.replace("'NONE'", "'REQUIRED'"));
            String plan = lab.await(run, RunState.WAITING).fingerprint();
            lab.command(run, "approve", "{'by': 'ops', 'fingerprint': '" + plan + "'}");
            lab.await(run, RunState.HALTED);
            lab.command(run, "retry", "{'by': 'ops'}");
            lab.await(run, status -> status.batch() == 3 && status.state() == RunState.HALTED);
            lab.command(run, "stop-here", "{'by': 'ops'}");
            return ended(lab, run);
        }
    }

    private static WorkflowExecutionHistory cancelled() {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            lab.fake.linger("MoveBatch 2");
            WorkflowStub run = lab.start(WITHOUT_PAUSE);
            lab.await(run, status -> lab.fake.calls.contains("MoveBatch 2"));
            lab.command(run, "cancel", "{'by': 'ops'}");
            return ended(lab, run);
        }
    }

    /** In pacing FAST: two batches in one activity, then one that is done and one that fails. */
    private static WorkflowExecutionHistory chained() {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            lab.fake.chainedBatches = 2;
            lab.fake.fail("MoveBatch 4", FailureKind.MIGRATE_FAILED);
            WorkflowStub run =
                    lab.start(ExpandTestRun.request(", 'batch': {'slots': 1024}, 'pacing': {'mode': 'FAST'}"));
            lab.await(run, RunState.HALTED);
            lab.command(run, "retry", "{'by': 'ops'}");
            return ended(lab, run);
        }
    }

    /** Somebody resets a run that halted to where its first batch was done; its lease is lost with the old run. */
    private static WorkflowExecutionHistory reset() throws InterruptedException {
        try (RealServerRun.Stage stage = new RealServerRun.Stage();
                RealServerRun lab = stage.run()) {
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            WorkflowStub halted = lab.start(WITHOUT_PAUSE);
            lab.await(halted, RunState.HALTED);
            lab.client()
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                            .setNamespace(lab.client().getOptions().getNamespace())
                            .setWorkflowExecution(halted.getExecution())
                            .setReason("somebody wanted it")
                            .setRequestId(UUID.randomUUID().toString())
                            .setWorkflowTaskFinishEventId(taskAfterBatch(lab, halted))
                            .build());
            WorkflowStub run = lab.client().newUntypedWorkflowStub(Names.expansion("orders"));
            lab.await(run, status -> status.state().closed() || status.state() == RunState.HALTED);
            if (lab.status(run).state() == RunState.HALTED) {
                lab.command(run, "retry", "{'by': 'ops'}");
            }
            run.getResult(Void.class);
            return lab.client().fetchHistory(Names.expansion("orders"));
        }
    }

    /** The event of the workflow task that saw the first batch's end. */
    private static long taskAfterBatch(ScriptedRun lab, WorkflowStub run) {
        boolean moved = false;
        long batch = 0;
        for (HistoryEvent event : lab.history(run).getHistory().getEventsList()) {
            if (event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
                    && event.getActivityTaskScheduledEventAttributes()
                            .getActivityType()
                            .getName()
                            .equals("MoveBatch")) {
                batch = event.getEventId();
            }
            moved |= batch > 0
                    && event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED
                    && event.getActivityTaskCompletedEventAttributes().getScheduledEventId() == batch;
            if (moved && event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED) {
                return event.getEventId();
            }
        }
        throw new IllegalStateException("no batch was moved");
    }

    /** The first attempt of a batch freezes; the next one follows it once its heartbeats are missed. */
    private static WorkflowExecutionHistory heartbeatTimeout() throws InterruptedException {
        try (RealServerRun.Stage stage = new RealServerRun.Stage();
                RealServerRun lab = stage.run()) {
            lab.fake.before("MoveBatch 2", () -> {
                if (Activity.getExecutionContext().getInfo().getAttempt() == 1) {
                    LockSupport.parkNanos(Duration.ofSeconds(15).toNanos());
                }
            });
            return ended(lab, lab.start(WITHOUT_PAUSE));
        }
    }

    private static WorkflowExecutionHistory ended(ScriptedRun lab, WorkflowStub run) {
        lab.result(run);
        return lab.history(run);
    }

    private static void write(WorkflowExecutionHistory history, Path file) throws IOException {
        Files.writeString(
                file,
                history.toJson(true)
                                .replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"recorder\"")
                                .replaceAll("\"name\": \"[0-9]+@[^\"]*\"", "\"name\": \"recorder\"")
                        + "\n");
    }
}
