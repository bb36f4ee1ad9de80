package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.NodeId;
import java.util.Collection;
import java.util.HashMap;
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
 */
public record PacingState(Map<String, Baseline> baselines, int speed, int noticed, int pauseShare, int slowdowns) {
    private static final int DIGITS = 12;

    /** Before the first batch: slow, with the whole pause. */
    public static final PacingState FIRST = new PacingState(Map.of(), 20, 0, 100, 0);

    public PacingState {
        baselines = Map.copyOf(baselines);
    }

    /**
     * What clients of a node felt before slotferry moved anything from or to it: latencies in microseconds.
     *
     * @param mean and {@code p99}: the median over several looks
     * @param highestMean and {@code highestP99}: of these looks, which is how far they lie apart with nobody at work
     */
    public record Baseline(long mean, long p99, long highestMean, long highestP99) {
        /** As history holds it. */
        @JsonValue
        @Override
        public String toString() {
            return mean + " " + p99 + " " + highestMean + " " + highestP99;
        }

        @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
        static Baseline parse(String text) {
            String[] parts = text.split(" ", -1);
            return new Baseline(
                    Long.parseLong(parts[0]),
                    Long.parseLong(parts[1]),
                    Long.parseLong(parts[2]),
                    Long.parseLong(parts[3]));
        }
    }

    /** The node's, where it was measured. */
    public Optional<Baseline> baseline(NodeId node) {
        return Optional.ofNullable(baselines.get(digits(node)));
    }

    /** The same with a baseline that was measured since; one that is there stays. */
    public PacingState with(NodeId node, Baseline baseline) {
        Map<String, Baseline> all = new HashMap<>(baselines);
        all.putIfAbsent(digits(node), baseline);
        return new PacingState(all, speed, noticed, pauseShare, slowdowns);
    }

    /** What came of a later batch, with all baselines known before. */
    public PacingState then(PacingState later) {
        Map<String, Baseline> all = new HashMap<>(later.baselines);
        all.putAll(baselines);
        return new PacingState(all, later.speed, later.noticed, later.pauseShare, later.slowdowns);
    }

    /** The same with the baselines of these nodes alone. */
    public PacingState among(Collection<NodeId> nodes) {
        Set<String> wanted = nodes.stream().map(PacingState::digits).collect(Collectors.toSet());
        Map<String, Baseline> some = new HashMap<>(baselines);
        some.keySet().retainAll(wanted);
        return new PacingState(some, speed, noticed, pauseShare, slowdowns);
    }

    private static String digits(NodeId node) {
        return node.value().substring(0, DIGITS);
    }
}
