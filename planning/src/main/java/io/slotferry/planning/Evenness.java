package io.slotferry.planning;

import java.util.List;

/**
 * How even a plan by weight makes the masters.
 *
 * @param leastBefore of the master that weighed least when the plan was made, new ones included
 * @param mostAfter of the master that will weigh most, as slots weighed when the plan was made
 */
public record Evenness(Balance balance, long leastBefore, long mostBefore, long leastAfter, long mostAfter) {
    static Evenness of(SlotWeights weights, List<SlotRanges> before, List<SlotRanges> after) {
        long[] then = before.stream().mapToLong(weights::of).sorted().toArray();
        long[] planned = after.stream().mapToLong(weights::of).sorted().toArray();
        return new Evenness(weights.balance(), then[0], then[then.length - 1], planned[0], planned[planned.length - 1]);
    }
}
