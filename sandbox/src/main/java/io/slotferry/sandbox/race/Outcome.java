package io.slotferry.sandbox.race;

import io.slotferry.sandbox.race.OpenLoop.Felt;
import java.util.List;
import java.util.Optional;

/**
 * How it went in one lane.
 *
 * @param seconds from the start until the contender said that it was done, or gave up
 * @param slots that were to be moved
 * @param keys on the new master in the end; 0 where not all is as it should be
 * @param during until it was done, what clients felt
 * @param samples from the start until the race was over
 * @param problem what is not as it should be
 */
public record Outcome(
        String name,
        double seconds,
        int slots,
        long keys,
        Felt before,
        Felt during,
        List<Sample> samples,
        Optional<String> problem) {
    public Outcome {
        samples = List.copyOf(samples);
    }

    double keysPerSecond() {
        return keys / seconds;
    }

    /** Of slots that the new master owned at the last look: redis-cli rounds how many it takes from each source. */
    double slotsPerSecond() {
        int moved = samples.isEmpty() ? slots : samples.get(samples.size() - 1).slots();
        return moved / seconds;
    }
}
