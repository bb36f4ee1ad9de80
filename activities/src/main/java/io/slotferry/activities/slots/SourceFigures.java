package io.slotferry.activities.slots;

import java.util.Map;

/**
 * What a source says, in INFO, of what migration jobs cost it.
 *
 * @param datasetBytes that its keys take in its memory
 * @param forkSeconds that its last fork took; 0 where it has not forked yet
 * @param writtenPerSecond bytes that clients send it
 */
public record SourceFigures(double datasetBytes, double forkSeconds, double writtenPerSecond) {
    /** From lines {@code key:value}; what is missing counts 0. */
    public static SourceFigures of(Map<String, String> facts) {
        return new SourceFigures(
                number(facts, "used_memory_dataset"),
                number(facts, "latest_fork_usec") / 1e6,
                number(facts, "instantaneous_input_kbps") * 1024);
    }

    private static double number(Map<String, String> facts, String name) {
        try {
            return Double.parseDouble(facts.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
