package io.slotferry.workflows.contract;

import java.util.Locale;

/**
 * What clients of a batch's masters felt lately, and before the first batch: PINGs from the worker, in microseconds, the
 * highest of any of these masters.
 *
 * @param whileMoving whether it was felt while slots moved, as in pacing ADAPTIVE; else just before a batch
 */
public record ClientLatency(long mean, long p99, long baselineMean, long baselineP99, boolean whileMoving) {
    /**
     * One look.
     *
     * @param p99 in pacing FAST, which sends a few PINGs alone, the highest of them
     */
    public record Look(long mean, long p99) {}

    /** Just before a batch, beside the same before the first one. */
    public static ClientLatency between(Look first, Look now) {
        return new ClientLatency(now.mean(), now.p99(), first.mean(), first.p99(), false);
    }

    /** For a person: {@code mean 0.21 ms, p99 0.60 ms between batches; at first 0.20 ms, 0.50 ms}. */
    public String text() {
        return "mean " + millis(mean) + ", p99 " + millis(p99)
                + (whileMoving ? " while slots move" : " between batches") + "; at first " + millis(baselineMean) + ", "
                + millis(baselineP99);
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, micros < 1_000 ? "%.2f ms" : "%.1f ms", micros / 1e3);
    }
}
