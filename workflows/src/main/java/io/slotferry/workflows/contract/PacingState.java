package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What pacing ADAPTIVE has learnt: it goes from attempt to attempt with heartbeats, and from batch to batch with outcomes, so
 * that every worker measures by the same baselines and goes on at the speed that was found.
 *
 * @param baselines of nodes, by the first {@value #DIGITS} digits of their IDs
 * @param speed in percent of full speed
 * @param noticed the speed at which clients noticed it last, in percent; 0 where they have not
 * @param pauseShare how much of the request's pause is made between batches, in percent
 * @param slowdowns how often it was slowed down, in this batch
 * @param trend of what clients feel
 */
public record PacingState(
        Map<String, Baseline> baselines, double speed, double noticed, int pauseShare, int slowdowns, Trend trend) {
    private static final int DIGITS = 12;

    /** Before the first batch: as slow as it goes, with the whole pause. */
    public static final PacingState FIRST = new PacingState(Map.of(), 0.1, 0, 100, 0, Trend.USUAL);

    public PacingState {
        baselines = Map.copyOf(baselines);
        trend = trend == null ? Trend.USUAL : trend;
    }

    /**
     * How what clients feel stands to what they felt while nothing moved, smoothed over the last looks: 1 is as usual.
     */
    public record Trend(double mean, double p99) {
        /** Nothing is noticed, or nothing was looked at yet. */
        public static final Trend USUAL = new Trend(1, 1);

        /** As history holds it. */
        @JsonValue
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f %.3f", mean, p99);
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Trend parse(String text) {
            String[] parts = text.split(" ", -1);
            return new Trend(Double.parseDouble(parts[0]), Double.parseDouble(parts[1]));
        }
    }

    /**
     * What clients of a node feel while slotferry moves nothing from or to it: latencies in microseconds.
     *
     * @param mean and {@code p99}: as usual
     * @param highestMean and {@code highestP99}: of the looks, which is how far they lie apart with nobody at work
     * @param service what the node works on a command of its clients, which they wait for besides: a probe's has no work in it
     */
    public record Baseline(long mean, long p99, long highestMean, long highestP99, long service) {
        private static final int WEIGHT_OF_BEFORE = 8;

        /** Of a node whose clients' commands take no time. */
        public Baseline(long mean, long p99, long highestMean, long highestP99) {
            this(mean, p99, highestMean, highestP99, 0);
        }

        /** The same where clients' commands take so many microseconds of the node's. */
        public Baseline serving(long micros) {
            return new Baseline(mean, p99, highestMean, highestP99, micros);
        }

        /**
         * The same after one more look while nothing moved, which weighs an eighth: what clients feel changes over a night. It is
         * too short for a p99, which follows the mean.
         */
        public Baseline after(long lookMean) {
            long now = towards(mean, lookMean);
            double change = mean == 0 ? 1 : now / (double) mean;
            return new Baseline(
                    now,
                    Math.round(p99 * change),
                    Math.max(lookMean, towards(highestMean, mean)),
                    Math.round(highestP99 * change),
                    service);
        }

        private static long towards(long value, long other) {
            return Math.round(value + (other - value) / (double) WEIGHT_OF_BEFORE);
        }

        /** As history holds it. */
        @JsonValue
        @Override
        public String toString() {
            String latencies = mean + " " + p99 + " " + highestMean + " " + highestP99;
            return service == 0 ? latencies : latencies + " " + service;
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Baseline parse(String text) {
            String[] parts = text.split(" ", -1);
            return new Baseline(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]),
                    parts.length > 4 ? Long.parseLong(parts[4]) : 0);
        }
    }

    /** The node's, where it was measured. */
    public Optional<Baseline> baseline(NodeId node) {
        return Optional.ofNullable(baselines.get(digits(node)));
    }

    /** The same with a baseline that was measured since. */
    public PacingState with(NodeId node, Baseline baseline) {
        Map<String, Baseline> all = new HashMap<>(baselines);
        all.put(digits(node), baseline);
        return new PacingState(all, speed, noticed, pauseShare, slowdowns, trend);
    }

    /** What came of a later batch, with the baselines known before of nodes that had no part in it. */
    public PacingState then(PacingState later) {
        Map<String, Baseline> all = new HashMap<>(baselines);
        all.putAll(later.baselines);
        return new PacingState(all, later.speed, later.noticed, later.pauseShare, later.slowdowns, later.trend);
    }

    /** The same with the baselines of these nodes alone. */
    public PacingState among(Collection<NodeId> nodes) {
        Set<String> wanted = nodes.stream().map(PacingState::digits).collect(Collectors.toSet());
        Map<String, Baseline> some = new HashMap<>(baselines);
        some.keySet().retainAll(wanted);
        return new PacingState(some, speed, noticed, pauseShare, slowdowns, trend);
    }

    /** {@code 38 %}, {@code 2.5 %}. */
    public static String percent(double speed) {
        return String.format(Locale.ROOT, speed < 9.95 ? "%.1f %%" : "%.0f %%", speed);
    }

    private static String digits(NodeId node) {
        return node.value().substring(0, DIGITS);
    }
}
