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
record Reading(NodeAddress node, Optional<Latency> felt, Baseline usual, List<Pressure> pressures) {
    /**
     * In microseconds.
     *
     * @param mean since the look before
     * @param p99 of the last looks, for a person: a look alone has too few answers
     * @param answers since the look before
     * @param late how many of these took longer than {@link #lateOver}
     */
    record Latency(long mean, long p99, long answers, long late) {}

    /**
     * How one figure stands to what it is while nothing moves. Both are taken as clients feel them, with the time that their own
     * commands take, and with what cannot be told from the worker's own machine: on an idle cluster a few microseconds more are
     * not twice as much.
     *
     * @param ratio over 1 where it is more
     * @param spread by how much looks at it differ with nobody at work, from 0 on
     */
    record Standing(double ratio, double spread, String text) {}

    private static final long MEAN_RESOLUTION = 25;
    private static final long P99_RESOLUTION = 100;

    /**
     * What a probe's answer takes that is late: longer than the p99 while nothing moves, and this budget over it. One in a
     * hundred is when the p99 is over the budget by nothing.
     */
    static long lateOver(Baseline usual, int budget) {
        double beside = usual.service() + P99_RESOLUTION;
        return Math.round((usual.p99() + beside) * (1 + budget / 100.0) - beside);
    }

    Standing mean(Latency latency) {
        return standing("mean", latency.mean(), usual.mean(), usual.highestMean(), MEAN_RESOLUTION);
    }

    Standing p99(Latency latency) {
        return standing("p99", latency.p99(), usual.p99(), usual.highestP99(), P99_RESOLUTION);
    }

    private Standing standing(String figure, long now, long baseline, long highest, long resolution) {
        long served = usual.service();
        double typical = baseline + served + resolution;
        return new Standing(
                (now + served + resolution) / typical,
                Math.max(0, (highest + served + resolution) / typical - 1),
                String.format(
                        Locale.ROOT,
                        "%s of %s at %s, baseline %s",
                        figure,
                        node,
                        millis(now + served),
                        millis(baseline + served)));
    }

    private static String millis(long micros) {
        return String.format(Locale.ROOT, micros < 1_000 ? "%.2f ms" : "%.1f ms", micros / 1e3);
    }
}
