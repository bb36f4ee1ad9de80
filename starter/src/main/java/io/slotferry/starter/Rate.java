package io.slotferry.starter;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalLong;

/** Keys a second over the last half minute of looks. */
final class Rate {
    private static final Duration WINDOW = Duration.ofSeconds(30);

    private record Sample(Instant at, long keys) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Adds a look; a count that went back (a batch begun again) begins anew. */
    void add(Instant at, long keys) {
        if (!samples.isEmpty() && samples.getLast().keys() > keys) {
            samples.clear();
        }
        samples.addLast(new Sample(at, keys));
        while (samples.getFirst().at().isBefore(at.minus(WINDOW))) {
            samples.removeFirst();
        }
    }

    /** Empty before anything can be told. */
    OptionalLong keysPerSecond() {
        if (samples.size() < 2) {
            return OptionalLong.empty();
        }
        long millis = Duration.between(
                        samples.getFirst().at(), samples.getLast().at())
                .toMillis();
        long keys = samples.getLast().keys() - samples.getFirst().keys();
        return millis < 1_000 ? OptionalLong.empty() : OptionalLong.of(keys * 1_000 / millis);
    }
}
