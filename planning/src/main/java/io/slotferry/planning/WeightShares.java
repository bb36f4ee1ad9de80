package io.slotferry.planning;

import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What each master is to weigh: all the same, except those whose slots that stay weigh more already. A slot heavier than a
 * share makes its master the heaviest wherever it is: a master keeps one of these, and each further one gets a master of its
 * own, as far as there are any.
 */
final class WeightShares {
    private final long[] weights;
    private final int[] place;
    private final BitSet settled;
    private final double[] owned;
    private final double[] least;
    private final BitSet full = new BitSet();

    private WeightShares(long[] weights, int[] place, BitSet settled, int masters) {
        this.weights = weights;
        this.place = place;
        this.settled = settled;
        this.owned = new double[masters];
        this.least = new double[masters];
        IntStream.range(0, weights.length).forEach(slot -> owned[place[slot]] += weights[slot]);
        settled.stream().forEach(slot -> least[place[slot]] += weights[slot]);
    }

    /**
     * The shares, which sum to what all slots weigh.
     *
     * @param place the master of each slot, from 0; slots that are too heavy to share a master are moved here
     * @param settled slots that may not move; those of which it was decided here are added
     */
    static double[] of(long[] weights, int[] place, BitSet settled, int masters) {
        return new WeightShares(weights, place, settled, masters).shares();
    }

    private double[] shares() {
        double even = even();
        // Each round fills a master or settles a slot, so that there is a last one.
        while (settleHeavy(even) || addFull(even)) {
            even = even();
        }
        double rest = even;
        return IntStream.range(0, least.length)
                .mapToDouble(i -> full.get(i) ? least[i] : rest)
                .toArray();
    }

    private double even() {
        double left = IntStream.range(0, weights.length)
                        .mapToDouble(slot -> weights[slot])
                        .sum()
                - full.stream().mapToDouble(i -> least[i]).sum();
        int masters = least.length - full.cardinality();
        return masters == 0 ? 0 : left / masters;
    }

    /** The heaviest first, and one at a time, since it changes what is even. */
    private boolean settleHeavy(double even) {
        Optional<Integer> heavy = IntStream.range(0, weights.length)
                .filter(slot -> weights[slot] > even && !settled.get(slot))
                .boxed()
                .max(Comparator.comparingLong((Integer slot) -> weights[slot]));
        heavy.ifPresent(slot -> settle(slot, even));
        return heavy.isPresent();
    }

    private void settle(int slot, double even) {
        int from = place[slot];
        if (full.get(from)) {
            List<Integer> free = IntStream.range(0, least.length)
                    .filter(i -> !full.get(i) && owned[i] < even)
                    .boxed()
                    .toList();
            free.stream().min(Comparator.comparingDouble(i -> owned[i])).ifPresent(to -> {
                // It takes, so that it does not give.
                IntStream.range(0, weights.length)
                        .filter(own -> place[own] == to)
                        .forEach(settled::set);
                least[to] = owned[to];
                owned[from] -= weights[slot];
                owned[to] += weights[slot];
                place[slot] = to;
            });
        }
        settled.set(slot);
        least[place[slot]] += weights[slot];
        full.set(place[slot]);
    }

    private boolean addFull(double even) {
        int before = full.cardinality();
        IntStream.range(0, least.length).filter(i -> least[i] > even).forEach(full::set);
        return full.cardinality() > before;
    }
}
