package io.slotferry.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.contract.TakeOver.Direction;
import io.slotferry.workflows.contract.TakeOverReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which closed run is gone on with or undone: one that Temporal remembers, or one that left no more than its file. */
final class TakeOverOptions {
    private static final String WHERE_FILES_ARE =
            "name the file WORKFLOW_ID-RUN_ID-state.json in the reports folder of the worker that ran it";

    @Option(
            names = "--run-id",
            paramLabel = "ID",
            description = "of a closed run, where it is not the latest of RUN that changed anything")
    private String runId;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "the state file of a closed run that Temporal does not know any more; - reads standard input")
    private String from;

    /**
     * What starts the new run.
     *
     * @param workflowId that of the closed run, which names the new one too
     * @param details for the Web UI
     */
    record Start(ObjectNode json, String workflowId, String details) {}

    boolean given() {
        return runId != null || from != null;
    }

    /**
     * Finds the closed run.
     *
     * @param name as a person calls the run
     * @param json with what is to be different in the new run
     * @throws CommandException where there is no such run, it is open, or the file does not fit; nothing was started
     */
    Start start(Connection temporal, Direction direction, String name, ObjectNode json, InputStream standardInput) {
        return from == null ? known(temporal, direction, name, json) : left(direction, name, json, standardInput);
    }

    private Start known(Connection temporal, Direction direction, String name, ObjectNode json) {
        Run run = new RunFinder(temporal).find(name);
        if (runId == null && new Runs(temporal).open(run)) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "Run " + run.workflowId() + " (" + run.runId() + ") is open; nothing was started.",
                    "slotferry status " + name + " shows what it does and what you can do");
        }
        ObjectNode origin = json.putObject(direction.field()).put("run", run.workflowId());
        if (runId != null) {
            origin.put("runId", runId);
        }
        return new Start(json, run.workflowId(), "The request:\n```json\n" + json.toPrettyString() + "\n```");
    }

    private Start left(Direction direction, String name, ObjectNode json, InputStream standardInput) {
        if (runId != null) {
            throw bad("--run-id has no place beside --from: the file says which run it is of.", "leave it out");
        }
        json.putObject(direction.field()).set("record", read(standardInput));
        RunRecord record = checked(json);
        if (!name.equals(record.workflowId())
                && !name.equals(record.request().cluster().name())) {
            throw bad(
                    from + " is the state of run " + record.workflowId() + " of cluster "
                            + record.request().cluster().name() + ", not of \"" + name + "\"; nothing was started.",
                    "name that run, or another file");
        }
        return new Start(
                json,
                record.workflowId(),
                "Run " + record.runId() + " of " + record.workflowId() + ", by the record in its state file");
    }

    /** By the reader that the workflow uses too. */
    private static RunRecord checked(ObjectNode json) {
        try {
            return TakeOverReader.read(json).origin().record().orElseThrow();
        } catch (BadRequest e) {
            throw bad(e.halt().message() + "\n  " + String.join("\n  ", e.problems()), WHERE_FILES_ARE);
        }
    }

    private JsonNode read(InputStream standardInput) {
        String where = "-".equals(from) ? "standard input" : from;
        try {
            String text = "-".equals(from)
                    ? new String(standardInput.readAllBytes(), StandardCharsets.UTF_8)
                    : Files.readString(Path.of(from));
            return SlotferryJson.mapper().readTree(text);
        } catch (JsonProcessingException e) {
            throw bad(
                    "The state in " + where + " is not JSON: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + "; nothing was started.",
                    WHERE_FILES_ARE);
        } catch (NoSuchFileException e) {
            throw bad("There is no file " + where + "; nothing was started.", WHERE_FILES_ARE);
        } catch (IOException e) {
            throw bad("The state in " + where + " cannot be read: " + e, WHERE_FILES_ARE);
        }
    }

    private static CommandException bad(String message, String next) {
        return new CommandException(ExitCode.BAD_REQUEST, message, next);
    }
}
