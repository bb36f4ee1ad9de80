package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.TakeOver.Direction;
import io.slotferry.workflows.contract.TakeOver.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads what asks for a take-over, as strictly as requests are read:
 * {@code {"continue": "WORKFLOW_ID"}}, or {@code {"run": "WORKFLOW_ID", "runId": "…"}} or {@code {"record": {…}}} in place of
 * the ID; the same with {@code "rollback"}.
 */
public final class TakeOverReader {
    private static final String ORIGIN =
            "a workflow ID, {\"run\": \"WORKFLOW_ID\", \"runId\": \"…\"} or {\"record\": {…}} belongs here";
    private static final int LONGEST_ID = 1_000;

    private final List<String> problems = new ArrayList<>();

    private TakeOverReader() {}

    /** Whether this asks for a take-over rather than for a new expansion. */
    public static boolean asks(JsonNode json) {
        return json != null && (json.has(Direction.CONTINUE.field()) || json.has(Direction.ROLLBACK.field()));
    }

    /**
     * The take-over that a value asks for, of which {@link #asks} holds.
     *
     * @throws BadRequest naming every problem, each {@code path: what is wrong and what fits}
     */
    public static TakeOver read(JsonNode json) {
        return new TakeOverReader().takeOver(json);
    }

    private TakeOver takeOver(JsonNode json) {
        JsonFields fields = new JsonFields("", json, problems);
        Direction direction = json.has(Direction.CONTINUE.field()) ? Direction.CONTINUE : Direction.ROLLBACK;
        Origin origin = origin(fields, direction.field());
        if (json.has(Direction.CONTINUE.field()) && json.has(Direction.ROLLBACK.field())) {
            fields.has(Direction.ROLLBACK.field());
            fields.problem(Direction.ROLLBACK.field(), "a run either continues another one or rolls it back");
        }
        Optional<ExpandRequest.Pacing> pacing = fields.has("pacing")
                ? Optional.of(RequestReader.pacing(fields.object("pacing", false)))
                : Optional.empty();
        fields.nothingElse();
        if (!problems.isEmpty()) {
            throw new BadRequest(problems);
        }
        return new TakeOver(direction, origin, pacing);
    }

    private Origin origin(JsonFields fields, String name) {
        JsonNode node = fields.node(name);
        if (node.isTextual()) {
            return new Origin(id(fields, name, node.textValue()), Optional.empty(), Optional.empty());
        }
        if (!node.isObject()) {
            fields.problem(name, ORIGIN + ", not " + JsonFields.kind(node));
            return new Origin(Optional.empty(), Optional.empty(), Optional.empty());
        }
        JsonFields given = fields.object(name, true);
        Optional<String> workflowId = given.text("run", "a workflow ID").flatMap(id -> id(given, "run", id));
        Optional<String> runId = given.text("runId", "a run ID").flatMap(id -> id(given, "runId", id));
        Optional<RunRecord> record = given.has("record")
                ? RecordReader.read(given.pathOf("record"), given.node("record"), problems)
                : Optional.empty();
        given.nothingElse();
        if (given.has("record") && (given.has("run") || given.has("runId"))) {
            given.problem("record", "it names its run itself; leave run and runId out");
        } else if (!given.has("record") && !given.has("run")) {
            fields.problem(name, ORIGIN);
        }
        return new Origin(workflowId, runId, record);
    }

    private static Optional<String> id(JsonFields fields, String name, String text) {
        if (text.isBlank() || text.length() > LONGEST_ID) {
            fields.problem(name, "the ID of a workflow or run belongs here, 1 to " + LONGEST_ID + " characters");
            return Optional.empty();
        }
        return Optional.of(text);
    }
}
