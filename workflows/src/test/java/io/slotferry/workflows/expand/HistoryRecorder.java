package io.slotferry.workflows.expand;

import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the histories that {@link ReplayTest} replays: to be run on released code, never on the change under test. */
final class HistoryRecorder {
    private HistoryRecorder() {}

    public static void main(String[] arguments) throws IOException {
        try (ExpandTestRun lab = new ExpandTestRun()) {
            WorkflowStub run = lab.start(ExpandTestRun.request(", 'batch': {'slots': 1366}"));
            lab.result(run);
            Path file = Path.of(arguments[0], "three-batches.json");
            Files.createDirectories(file.getParent());
            Files.writeString(
                    file,
                    lab.history(run).toJson(true).replaceAll("\"identity\": \"[^\"]*\"", "\"identity\": \"recorder\"")
                            + "\n");
        }
    }
}
