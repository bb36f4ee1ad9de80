package io.slotferry.workflows.expand;

import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the histories that {@link ReplayTest} replays: to be run on released code, never on the change under test. */
final class HistoryRecorder {
    private HistoryRecorder() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        String request = ExpandTestRun.request(", 'batch': {'slots': 1366}");
        record(request, folder.resolve("three-batches.json"));
        record(request.replace("'backup': 'none'", "'backup': 'file:backups'"), folder.resolve("with-backup.json"));
    }

    private static void record(String request, Path file) throws IOException {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            WorkflowStub run = lab.start(request);
            lab.result(run);
            Files.writeString(
                    file,
                    lab.history(run).toJson(true).replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"recorder\"")
                            + "\n");
        }
    }
}
