package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reports as files: Markdown for people, JSON for programs, each there as a whole or not at all. */
final class ReportFiles {
    private final Path folder;

    ReportFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** The Markdown file, then the JSON file; those of an earlier call for the same run are replaced. */
    List<Path> write(ExpandResult result) {
        String name = WholeFile.name(result.workflowId(), result.runId());
        Path markdown = folder.resolve(name + ".md");
        Path json = folder.resolve(name + ".json");
        try {
            WholeFile.write(markdown, ReportText.markdown(result));
            WholeFile.write(
                    json,
                    SlotferryJson.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n");
        } catch (IOException e) {
            throw Failures.of(new Halt(
                    FailureKind.DEFECT,
                    "The report could not be written below " + folder + " on the worker.",
                    List.of(e.toString()),
                    "make room or start the worker with --reports-dir; the report stands in the run's result too"));
        }
        return List.of(markdown, json);
    }
}
