package io.slotferry.sandbox.race;

import io.slotferry.sandbox.race.OpenLoop.Felt;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A race of 8 seconds that never was. */
final class Samples {
    private Samples() {}

    /** Moves steadily for 8 s; in its third second clients wait 90 ms. */
    static Outcome cli() {
        return new Outcome(
                "redis-cli",
                8,
                4_096,
                125_000,
                new Felt(0.21, 0.6, 1.3, 2.4),
                new Felt(0.71, 6.2, 40.1, 90),
                samples(8, 3, 90),
                Optional.empty());
    }

    /** Is done after 2 s; in its second clients wait 9 ms. */
    static Outcome slotferry() {
        return new Outcome(
                "slotferry",
                2,
                4_096,
                125_000,
                new Felt(0.2, 0.5, 1.2, 2.2),
                new Felt(0.9, 4.4, 8.1, 9),
                samples(2, 2, 9),
                Optional.empty());
    }

    static Outcome broken() {
        return new Outcome(
                "slotferry",
                2,
                4_096,
                0,
                new Felt(0.2, 0.5, 1.2, 2.2),
                new Felt(0.9, 4.4, 8.1, 9),
                samples(2, 2, 9),
                Optional.of("It ended with exit code 1"));
    }

    private static List<Sample> samples(int seconds, int stallIn, double stall) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 1; i <= 8; i++) {
            int done = Math.min(i, seconds);
            double worst = i == stallIn ? stall : i <= seconds ? 2 : 0.5;
            samples.add(new Sample(i, 4_096 * done / seconds, 125_000L * done / seconds, worst));
        }
        return samples;
    }
}
