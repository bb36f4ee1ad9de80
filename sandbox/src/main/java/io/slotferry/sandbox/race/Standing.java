package io.slotferry.sandbox.race;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How a lane stands at the moment.
 *
 * @param slots moved, of how many
 * @param keys on the new master
 * @param keysPerSecond over the last two seconds
 * @param worst answer to clients in the last second, in milliseconds
 * @param seconds it took; empty while it moves
 */
record Standing(
        String name, int slots, int ofSlots, long keys, double keysPerSecond, double worst, OptionalDouble seconds) {
    private static final double RATE_SPAN = 2;
    private static final double WORST_SPAN = 1;

    /** From the looks so far. */
    static Standing of(String name, int ofSlots, List<Sample> samples, OptionalDouble seconds) {
        if (samples.isEmpty()) {
            return new Standing(name, 0, ofSlots, 0, 0, 0, seconds);
        }
        Sample last = samples.get(samples.size() - 1);
        Sample earlier = samples.stream()
                .filter(sample -> sample.at() >= last.at() - RATE_SPAN)
                .findFirst()
                .orElse(last);
        double span = last.at() - earlier.at();
        double worst = samples.stream()
                .filter(sample -> sample.at() > last.at() - WORST_SPAN)
                .mapToDouble(Sample::worst)
                .max()
                .orElse(0);
        return new Standing(
                name,
                last.slots(),
                ofSlots,
                last.keys(),
                span > 0 ? (last.keys() - earlier.keys()) / span : 0,
                worst,
                seconds);
    }
}
