package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Run records as files beside the reports, for the day on which Temporal's history is gone. */
final class RecordFiles {
    private final Path folder;

    RecordFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Where it was written; the record of an earlier call for the same run is replaced. */
    Path write(RunRecord record) {
        Path file = folder.resolve(WholeFile.name(record.workflowId(), record.runId()) + "-state.json");
        try {
            WholeFile.write(
                    file,
                    SlotferryJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(record) + "\n");
        } catch (IOException e) {
            throw Failures.of(new Halt(
                    FailureKind.RECORD_NOT_WRITTEN,
                    "The run's record could not be written below " + folder
                            + " on the worker, and without it nobody could undo the run; nothing was touched.",
                    List.of(e.toString()),
                    "make room or start the worker with --reports-dir, then start again"));
        }
        return file;
    }
}
