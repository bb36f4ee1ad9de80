package io.slotferry.activities.pacing;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.PacingState.Baseline;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One look at a node while a batch moves.
 *
 * @param felt what a client of it felt since the look before; empty where it did not answer
 * @param usual what clients feel with nobody at work
 * @param pressures what else says that the node has enough to do, for a person
 */
record Reading(NodeAddress node, Optional<Latency> felt, Baseline usual, List<String> pressures) {
    /** In microseconds; of {@code answers} answers. */
    record Latency(long mean, long p99, long answers) {}

    /**
     * How one figure stands to what it may be.
     *
     * @param ratio over 1 where it is over
     */
    record Excess(double ratio, String text) {}

    /** Differences below these cannot be told from what the worker's own machine makes of them. */
    private static final long MEAN_RESOLUTION = 25;

    private static final long P99_RESOLUTION = 100;

    /** The worse of its latencies; empty where it did not answer. */
    Optional<Excess> latency(int budget) {
        return felt.map(latency -> {
            Excess mean = excess("mean", latency.mean(), usual.mean(), usual.highestMean(), MEAN_RESOLUTION, budget);
            Excess p99 = excess("p99", latency.p99(), usual.p99(), usual.highestP99(), P99_RESOLUTION, budget);
            return mean.ratio() > p99.ratio() ? mean : p99;
        });
    }

    /** The limit is the budget, or what the looks of the baseline already differ by, where that is more. */
    private Excess excess(String figure, long now, long baseline, long highest, long resolution, int budget) {
        long limit = Math.max(baseline * (100 + budget) / 100, highest) + resolution;
        return new Excess(
                (double) now / (double) limit,
                String.format(
                        Locale.ROOT,
                        "%s of %s at %s, baseline %s, budget %d %%",
                        figure,
                        node,
                        millis(now),
                        millis(baseline),
                        budget));
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, micros < 1_000 ? "%.2f ms" : "%.1f ms", micros / 1e3);
    }
}
