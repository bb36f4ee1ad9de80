package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.faults.FaultRun.Verdict;
import io.slotferry.servers.TemporalProcess;
import io.temporal.api.common.v1.WorkflowExecution;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is kept of a run: beside the logs of nodes and workers, which are there already, its journal, the verdict, Temporal's
 * log and the history of every workflow.
 */
final class Dossier {
    private final Path folder;
    private final TemporalProcess temporal;

    Dossier(Path folder, TemporalProcess temporal) {
        this.folder = folder;
        this.temporal = temporal;
    }

    void write(Verdict verdict, Journal journal) {
        put(
                "verdict.txt",
                Scoreboard.line(verdict) + "\n" + verdict.end().reason() + "\nNext: "
                        + verdict.end().next() + "\n\n"
                        + String.join("\n", verdict.violations()) + "\n\n"
                        + String.join("\n", verdict.end().notes()) + "\n");
        write(journal);
    }

    void write(Journal journal) {
        put("journal.txt", journal.text());
        try {
            Files.copy(temporal.log(), folder.resolve("temporal.log"));
        } catch (IOException e) {
            put("temporal.log", "not copied: " + e);
        }
        try (TemporalLink link = TemporalLink.to(temporal)) {
            List<WorkflowExecution> runs = link.client()
                    .listExecutions("WorkflowId = 'expand-slotferry-" + folder.getFileName() + "'")
                    .map(metadata -> metadata.getExecution())
                    .toList();
            runs.forEach(run -> put(
                    "history-" + run.getRunId() + ".json",
                    link.client()
                            .fetchHistory(run.getWorkflowId(), run.getRunId())
                            .toJson(true)));
        } catch (RuntimeException e) {
            put("history.txt", "not fetched: " + e);
        }
    }

    private void put(String name, String text) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
