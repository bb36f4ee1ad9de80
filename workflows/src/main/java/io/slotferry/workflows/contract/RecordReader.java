package io.slotferry.workflows.contract;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlanSoundness;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Reads a record that a person brings: a file may be cut off, of another release, or changed by hand, and slots would be
 * moved by it.
 */
final class RecordReader {
    private static final ObjectMapper STRICT = SlotferryJson.mapper()
            .copy()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private final JsonFields fields;
    private final List<String> problems;
    private final int problemsBefore;

    private RecordReader(JsonFields fields, List<String> problems) {
        this.fields = fields;
        this.problems = problems;
        this.problemsBefore = problems.size();
    }

    /** The record; empty where it does not fit, and then each problem is added with its path. */
    static Optional<RunRecord> read(String path, JsonNode node, List<String> problems) {
        if (!node.isObject()) {
            problems.add(
                    path + ": the object that a run's state file holds belongs here, not " + JsonFields.kind(node));
            return Optional.empty();
        }
        return new RecordReader(new JsonFields(path, node, problems), problems).record();
    }

    private Optional<RunRecord> record() {
        Optional<ExpandRequest> request = request();
        // Left out where it is empty, and in files of earlier releases.
        if (fields.node("plan") instanceof ObjectNode written && !written.has("evenness")) {
            written.putNull("evenness");
        }
        Optional<Plan> plan = value("plan", new TypeReference<>() {});
        Optional<List<NodeId>> members = value("members", new TypeReference<>() {});
        Optional<List<NodeId>> joined = value("joinedBefore", new TypeReference<>() {});
        Optional<Settings> settings = value("settings", new TypeReference<>() {});
        Optional<String> workflowId = value("workflowId", new TypeReference<>() {});
        Optional<String> runId = value("runId", new TypeReference<>() {});
        Optional<List<String>> predecessors = value("predecessors", new TypeReference<>() {});
        Optional<Instant> startedAt = value("startedAt", new TypeReference<>() {});
        fields.nothingElse();
        plan.ifPresent(read -> PlanSoundness.problems(read).forEach(what -> fields.problem("plan", what)));
        if (problems.size() > problemsBefore) {
            return Optional.empty();
        }
        return Optional.of(new RunRecord(
                request.orElseThrow(),
                plan.orElseThrow(),
                members.orElseThrow(),
                joined.orElseThrow(),
                settings.orElseThrow(),
                workflowId.orElseThrow(),
                runId.orElseThrow(),
                predecessors.orElseThrow(),
                startedAt.orElseThrow()));
    }

    private Optional<ExpandRequest> request() {
        try {
            return Optional.of(RequestReader.read(fields.node("request")));
        } catch (BadRequest e) {
            e.problems().forEach(problem -> problems.add(fields.pathOf("request") + "." + problem));
            return Optional.empty();
        }
    }

    private <T> Optional<T> value(String name, TypeReference<T> type) {
        JsonNode node = fields.node(name);
        if (node.isMissingNode() || node.isNull()) {
            fields.problem(name, "missing; the whole of a run's state file belongs here");
            return Optional.empty();
        }
        try {
            return Optional.of(STRICT.readValue(STRICT.treeAsTokens(node), type));
        } catch (JsonMappingException e) {
            fields.problem(name + place(e), "this is not what a run writes: " + e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            fields.problem(name, "this is not what a run writes: " + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException("reading a tree in memory", e);
        }
        return Optional.empty();
    }

    /** Such as {@code .shards[2].master}. */
    private static String place(JsonMappingException e) {
        StringBuilder place = new StringBuilder();
        e.getPath().forEach(step -> {
            if (step.getFieldName() == null) {
                place.append('[').append(step.getIndex()).append(']');
            } else {
                place.append('.').append(step.getFieldName());
            }
        });
        return place.toString();
    }
}
