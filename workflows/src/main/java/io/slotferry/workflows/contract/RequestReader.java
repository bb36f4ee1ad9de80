package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads the request from the JSON value that starts a run. Strict: what is unknown, malformed or not built is refused, all
 * of it at once, each with its path.
 */
public final class RequestReader {
    private RequestReader() {}

    /**
     * The request with every default filled in.
     *
     * @param json null where the run was started without input
     * @throws BadRequest naming every path that is at fault
     */
    public static ExpandRequest read(JsonNode json) {
        throw new BadRequest(java.util.List.of("not written yet"));
    }
}
