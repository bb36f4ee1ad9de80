package io.slotferry.activities.recording;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Reports as files: Markdown for people, JSON for programs, each there as a whole or not at all. */
final class ReportFiles {
    private static final int LONGEST_NAME = 150;

    private final Path folder;

    ReportFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** The Markdown file, then the JSON file; those of an earlier call for the same run are replaced. */
    List<Path> write(ExpandResult result) {
        String name = safe(result.workflowId()) + "-" + safe(result.runId());
        Path markdown = folder.resolve(name + ".md");
        Path json = folder.resolve(name + ".json");
        try {
            Files.createDirectories(folder);
            replace(markdown, ReportText.markdown(result));
            replace(
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

    /** Letters, digits, dot, dash and underscore alone, and no dot to begin with. */
    static String safe(String text) {
        String safe = text.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^\\.", "_");
        return safe.length() <= LONGEST_NAME ? safe : safe.substring(0, LONGEST_NAME);
    }

    private static void replace(Path file, String text) throws IOException {
        Path part = Files.createTempFile(file.getParent(), "." + file.getFileName(), ".part");
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
