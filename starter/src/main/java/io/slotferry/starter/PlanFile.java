package io.slotferry.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A plan in a file, with the request that it was made for. */
final class PlanFile {
    private static final int FORMAT = 1;
    private static final String NEXT = "write one: slotferry plan --out FILE";

    private PlanFile() {}

    /**
     * Writes a plan.
     *
     * @param request that it was made for; where its run ended is left out
     * @param plan fingerprint, text, and the plan as data
     */
    static void write(Path file, ObjectNode request, Map<String, Object> plan) {
        ObjectNode json = SlotferryJson.mapper().createObjectNode().put("format", FORMAT);
        ObjectNode whole = request.deepCopy();
        whole.remove("stopAfter");
        plan.forEach((name, value) -> json.set(name, SlotferryJson.mapper().valueToTree(value)));
        json.set("request", whole);
        try {
            Files.writeString(file, json.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.FAILED, "The plan cannot be written to " + file + ": " + e, "name another file");
        }
    }

    /** The request of the plan in this file, which carries out that plan alone. */
    static ObjectNode read(Path file) {
        JsonNode json = json(file);
        if (json.path("format").asInt() != FORMAT
                || !(json.get("request") instanceof ObjectNode request)
                || !json.path("fingerprint").isTextual()) {
            throw refused(file + " holds no plan of this release");
        }
        request.put("plan", json.path("fingerprint").textValue());
        try {
            RequestReader.read(request);
            return request;
        } catch (BadRequest e) {
            throw refused("The request in " + file + " does not fit:\n  " + String.join("\n  ", e.problems()));
        }
    }

    private static JsonNode json(Path file) {
        try {
            return SlotferryJson.mapper().readTree(file.toFile());
        } catch (JsonProcessingException e) {
            throw refused(file + " is not JSON: line " + e.getLocation().getLineNr());
        } catch (IOException e) {
            throw refused(file + " cannot be read: " + e);
        }
    }

    private static CommandException refused(String message) {
        return new CommandException(ExitCode.BAD_REQUEST, message + ". Nothing was started.", NEXT);
    }
}
