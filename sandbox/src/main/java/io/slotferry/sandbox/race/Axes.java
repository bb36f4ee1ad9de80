package io.slotferry.sandbox.race;

import java.util.List;

/**
 * What the plots of a race share: seconds from 0, and milliseconds by decades, since a stall is hundreds of times an ordinary
 * answer.
 *
 * @param seconds the last
 * @param lowest power of ten
 * @param highest power of ten, above the lowest
 */
record Axes(double seconds, int lowest, int highest) {
    private static final double LEAST = 0.1;

    static Axes of(List<Outcome> outcomes) {
        double seconds = 0;
        double low = Double.MAX_VALUE;
        double high = LEAST;
        for (Outcome outcome : outcomes) {
            seconds = Math.max(seconds, outcome.seconds());
            for (Sample sample : outcome.samples()) {
                seconds = Math.max(seconds, sample.at());
                if (sample.worst() > 0) {
                    low = Math.min(low, sample.worst());
                    high = Math.max(high, sample.worst());
                }
            }
        }
        int lowest = (int) Math.floor(Math.log10(Math.max(LEAST, Math.min(low, high))));
        int highest = (int) Math.ceil(Math.log10(high));
        return new Axes(Math.max(seconds, 0.1), lowest, Math.max(lowest + 1, highest));
    }

    int decades() {
        return highest - lowest;
    }

    /** From 0 at the bottom to 1 at the top. */
    double height(double millis) {
        double height = (Math.log10(Math.max(millis, 1e-9)) - lowest) / decades();
        return Math.max(0, Math.min(1, height));
    }

    /** From 0 at the left to 1 at the right. */
    double across(double second) {
        return Math.max(0, Math.min(1, second / seconds));
    }

    /** The power of ten as people write it. */
    static String label(int power) {
        return power >= 0 ? String.valueOf((long) Math.pow(10, power)) : "0." + "0".repeat(-power - 1) + "1";
    }
}
