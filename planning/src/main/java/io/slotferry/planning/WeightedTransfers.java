package io.slotferry.planning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Which slots go from which shard to which, so that shards come to weigh the same. Each shard that weighs too much gives the
 * ends of its ranges, as in {@link Transfers}, until it has given enough; then single slots are shifted and exchanged as long
 * as that evens out. To weigh the same as many slots of no weight counts less than any weight, and is looked after last.
 */
final class WeightedTransfers {
    /** Shares that differ by less are as good as even. */
    private static final double TOLERANCE = 0.001;

    /** One unit of weight outweighs all slots. */
    private static final long UNIT = 2L * SlotRange.SLOTS;

    private static final int MOST_SWEEPS = 20;

    private final long[] weights;
    private final int[] owner = new int[SlotRange.SLOTS];
    private final int[] place;
    private final BitSet settled = new BitSet();
    private final double[] surplus;
    private final List<SlotRanges> owned;
    private final List<int[]> takersOf = new ArrayList<>();

    private WeightedTransfers(List<SlotRanges> owned, SlotWeights slots, SlotRanges kept) {
        this.owned = owned;
        this.weights = IntStream.range(0, SlotRange.SLOTS)
                .mapToLong(slot -> Math.addExact(Math.multiplyExact(slots.of(slot), UNIT), 1))
                .toArray();
        for (int i = 0; i < owned.size(); i++) {
            int shard = i;
            owned.get(i).stream().forEach(slot -> owner[slot] = shard);
        }
        place = owner.clone();
        kept.stream().forEach(settled::set);
        double[] shares = WeightShares.of(weights, place, settled, owned.size());
        surplus = IntStream.range(0, shares.length).mapToDouble(i -> -shares[i]).toArray();
        IntStream.range(0, SlotRange.SLOTS).forEach(slot -> surplus[place[slot]] += weights[slot]);
    }

    /**
     * The lanes; each slot moves once at most, from a shard that weighs more than its share to one that weighs less.
     *
     * @throws ArithmeticException where weights are too large to be added up
     */
    static List<Lane> of(List<SlotRanges> owned, SlotWeights weights, SlotRanges kept) {
        WeightedTransfers transfers = new WeightedTransfers(owned, weights, kept);
        transfers.spread();
        transfers.even();
        return transfers.lanes();
    }

    /** A part of what a giver gives. */
    private record Part(int taker, double amount) {}

    /** What each shard gives, to whom in which proportion: as many pairs of shards as {@link Transfers} would have. */
    private void spread() {
        int[] givers = shards(1);
        int[] takers = shards(-1);
        owned.forEach(shard -> takersOf.add(new int[0]));
        double[] wanted = IntStream.of(takers).mapToDouble(i -> -surplus[i]).toArray();
        List<List<Part>> parts = givers.length * takers.length <= Plan.MAX_LANES_PER_BATCH
                ? inProportion(givers, takers, wanted)
                : alongTwoLists(givers, takers, wanted);
        for (int i = 0; i < givers.length; i++) {
            takersOf.set(givers[i], parts.get(i).stream().mapToInt(Part::taker).toArray());
            deal(givers[i], parts.get(i));
        }
    }

    /** Every giver gives to every taker. */
    private List<List<Part>> inProportion(int[] givers, int[] takers, double[] wanted) {
        double all = Arrays.stream(wanted).sum();
        return IntStream.of(givers)
                .mapToObj(giver -> IntStream.range(0, takers.length)
                        .mapToObj(t -> new Part(takers[t], surplus[giver] * wanted[t] / all))
                        .toList())
                .toList();
    }

    /** Each part empties a giver or fills a taker. */
    private List<List<Part>> alongTwoLists(int[] givers, int[] takers, double[] wanted) {
        double[] open = wanted.clone();
        List<List<Part>> parts = new ArrayList<>();
        int next = 0;
        for (int giver : givers) {
            List<Part> given = new ArrayList<>();
            for (double left = surplus[giver]; left > 0 && next < takers.length; ) {
                double amount = Math.min(left, open[next]);
                given.add(new Part(takers[next], amount));
                left -= amount;
                open[next] -= amount;
                if (open[next] <= 0) {
                    next++;
                }
            }
            parts.add(given);
        }
        return parts;
    }

    private int[] shards(int sign) {
        return IntStream.range(0, surplus.length)
                .filter(i -> Math.signum(surplus[i]) == sign)
                .toArray();
    }

    /** Slots in the order of leaving, to one taker after the other, each as much as is nearest to its amount. */
    private void deal(int giver, List<Part> parts) {
        int part = 0;
        double until = parts.isEmpty() ? 0 : parts.get(0).amount();
        double dealt = 0;
        for (int slot : leaving(giver)) {
            double middle = dealt + weights[slot] / 2.0;
            while (part < parts.size() && middle > until) {
                part++;
                until += part < parts.size() ? parts.get(part).amount() : 0;
            }
            if (part == parts.size()) {
                return;
            }
            dealt += weights[slot];
            shift(slot, parts.get(part).taker());
        }
    }

    /** Whole ranges, the shortest first, so that the source is left with few. */
    private int[] leaving(int giver) {
        return owned.get(giver).ranges().stream()
                .sorted(Comparator.comparingInt(SlotRange::size))
                .flatMapToInt(range -> IntStream.rangeClosed(range.from(), range.to()))
                .filter(slot -> !settled.get(slot))
                .toArray();
    }

    private void shift(int slot, int to) {
        surplus[place[slot]] -= weights[slot];
        surplus[to] += weights[slot];
        place[slot] = to;
    }

    /** Within each giver and its takers slots of the giver are shifted and exchanged while that evens out. */
    private void even() {
        double tolerance = TOLERANCE * Arrays.stream(weights).sum() / owned.size();
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            boolean better = false;
            for (int giver : IntStream.range(0, owned.size())
                    .filter(i -> takersOf.get(i).length > 0)
                    .toArray()) {
                int[] slots = leaving(giver);
                int[] group = IntStream.concat(IntStream.of(giver), IntStream.of(takersOf.get(giver)))
                        .toArray();
                while (evenOut(group, slots, tolerance)) {
                    better = true;
                }
            }
            if (!better) {
                return;
            }
        }
    }

    private boolean evenOut(int[] group, int[] slots, double tolerance) {
        int most = IntStream.of(group)
                .boxed()
                .max(Comparator.comparingDouble(i -> surplus[i]))
                .orElseThrow();
        int least = IntStream.of(group)
                .boxed()
                .min(Comparator.comparingDouble(i -> surplus[i]))
                .orElseThrow();
        double apart = surplus[most] - surplus[least];
        if (apart <= tolerance) {
            return false;
        }
        int[] ofMost = IntStream.of(slots).filter(slot -> place[slot] == most).toArray();
        int best = -1;
        for (int slot : ofMost) {
            best = gain(weights[slot], apart) > (best < 0 ? 0 : gain(weights[best], apart)) ? slot : best;
        }
        if (best >= 0 && gain(weights[best], apart) >= tolerance * tolerance / 4) {
            shift(best, least);
            return true;
        }
        return exchange(
                ofMost, IntStream.of(slots).filter(slot -> place[slot] == least).toArray(), apart, tolerance);
    }

    /** By how much the squares of two surpluses shrink when this weight goes from the one to the other, halved. */
    private static double gain(long weight, double apart) {
        return weight * (apart - (double) weight);
    }

    private boolean exchange(int[] ofMost, int[] ofLeast, double apart, double tolerance) {
        long[] lighter =
                IntStream.of(ofLeast).mapToLong(slot -> weights[slot]).sorted().toArray();
        double bestGain = tolerance * tolerance / 4;
        int heavy = -1;
        long light = 0;
        for (int slot : ofMost) {
            int near = Arrays.binarySearch(lighter, Math.round(weights[slot] - apart / 2));
            int at = near >= 0 ? near : -near - 1;
            for (int i = Math.max(0, at - 1); i < Math.min(lighter.length, at + 1); i++) {
                double gain = gain(weights[slot] - lighter[i], apart);
                if (gain > bestGain) {
                    bestGain = gain;
                    heavy = slot;
                    light = lighter[i];
                }
            }
        }
        if (heavy < 0) {
            return false;
        }
        long wanted = light;
        int most = place[heavy];
        int other = IntStream.of(ofLeast)
                .filter(slot -> weights[slot] == wanted)
                .findFirst()
                .orElseThrow();
        shift(heavy, place[other]);
        shift(other, most);
        return true;
    }

    private List<Lane> lanes() {
        Map<Integer, Map<Integer, IntStream.Builder>> moved = new TreeMap<>();
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            if (place[slot] != owner[slot]) {
                moved.computeIfAbsent(owner[slot], giver -> new TreeMap<>())
                        .computeIfAbsent(place[slot], taker -> IntStream.builder())
                        .add(slot);
            }
        }
        List<Lane> lanes = new ArrayList<>();
        moved.forEach((giver, takers) ->
                takers.forEach((taker, slots) -> lanes.add(new Lane(giver, taker, SlotRanges.ofSlots(slots.build())))));
        return lanes;
    }
}
