package io.slotferry.planning;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.domains.DomainContextBase;

/** Arbitrary covered clusters and orders: unbalanced, fragmented, with empty masters. */
final class AnyClusters extends DomainContextBase {
    /** Clusters of 1 to 60 masters, and now and then of up to 1,000. */
    @Provide
    Arbitrary<Cluster> clusters() {
        Arbitrary<Integer> masters = Arbitraries.frequencyOf(
                Tuple.of(39, Arbitraries.integers().between(1, 60)),
                Tuple.of(1, Arbitraries.integers().between(61, 1_000)));
        Arbitrary<Integer> fragments = Arbitraries.of(0, 3, 60, 1_000, 16_384);
        Arbitrary<Integer> skew = Arbitraries.of(1, 2, 5);
        return Combinators.combine(masters, fragments, skew, Arbitraries.longs())
                .as(AnyClusters::cluster)
                .withoutEdgeCases();
    }

    /**
     * @param fragments how many runs of slots with one owner; 0 for an even cluster
     * @param skew 1 deals out runs evenly, more favours the first masters and leaves the last ones empty
     */
    static Cluster cluster(int masters, int fragments, int skew, long seed) {
        if (fragments == 0) {
            return Clusters.even(masters);
        }
        Random random = new Random(seed);
        int[] ends = random.ints(fragments, 1, SlotRange.SLOTS + 1).toArray();
        Arrays.sort(ends);
        ends[fragments - 1] = SlotRange.SLOTS;
        int[] owners = new int[SlotRange.SLOTS];
        int from = 0;
        for (int end : ends) {
            int owner = (int) (masters * Math.pow(random.nextDouble(), skew));
            Arrays.fill(owners, from, Math.max(from, end), owner);
            from = Math.max(from, end);
        }
        return Clusters.owned(masters, owners);
    }

    /** Orders without replicas, with batches that are large enough for any plan. */
    @Provide
    Arbitrary<PlanOrder> orders() {
        Arbitrary<Integer> added = Arbitraries.integers().between(0, 40);
        Arbitrary<Integer> slotsPerBatch = Arbitraries.of(17, 18, 100, 333, 16_384);
        return Combinators.combine(clusters(), added, slotsPerBatch)
                .as(Clusters::order)
                .withoutEdgeCases();
    }
}
