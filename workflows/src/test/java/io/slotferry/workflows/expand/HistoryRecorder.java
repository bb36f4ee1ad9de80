package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** Writes the histories that {@link ReplayTest} replays: to be run on released code, never on the change under test. */
final class HistoryRecorder {
    private HistoryRecorder() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        String request = ExpandTestRun.request(", 'batch': {'slots': 1366}");
        record(request, folder.resolve("three-batches.json"));
        record(request.replace("'backup': 'none'", "'backup': 'file:backups'"), folder.resolve("with-backup.json"));
        recordNights(folder.resolve("paused-over-a-window.json"));
        recordWayBack(folder.resolve("halted-and-rolled-back.json"));
    }

    /** A run that is paused over its window's end, retuned, resumed, and goes on in the next night. */
    private static void recordNights(Path file) throws IOException {
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
            lab.result(run);
            write(lab, run, file);
        }
    }

    private static void recordWayBack(Path file) throws IOException {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            WorkflowStub run =
                    lab.start(ExpandTestRun.request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT0S'}"));
            lab.await(run, RunState.HALTED);
            lab.command(run, "rollback", "{'by': 'ops'}");
            lab.result(run);
            write(lab, run, file);
        }
    }

    private static void record(String request, Path file) throws IOException {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            WorkflowStub run = lab.start(request);
            lab.result(run);
            write(lab, run, file);
        }
    }

    private static void write(ExpandTestRun lab, WorkflowStub run, Path file) throws IOException {
        Files.writeString(
                file,
                lab.history(run).toJson(true).replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"recorder\"")
                        + "\n");
    }
}
