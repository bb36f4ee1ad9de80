package io.slotferry.sandbox;

import java.util.List;

/**
 * Errors of one kind that clients saw.
 *
 * @param kind the error's first word as Redis sends it, such as CLUSTERDOWN; or what befell the connection
 * @param examples the first few, with the time in seconds since traffic began
 */
public record ClientError(String kind, long count, List<String> examples) {
    public ClientError {
        examples = List.copyOf(examples);
    }
}
