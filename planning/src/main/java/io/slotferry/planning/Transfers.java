package io.slotferry.planning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which slots go from which shard to which, before they are cut into batches: one lane for each pair of shards. */
final class Transfers {
    private Transfers() {}

    /**
     * Lanes that bring every shard from the slots it owns to its share, each slot moved once at most.
     *
     * <p>Where sources times targets fit the lanes of a batch, every source gives to every target in proportion, so that
     * load is spread evenly. With more, sources and targets are matched along two lists (the north-west corner rule of
     * transportation problems), which needs at most sources + targets − 1 lanes.
     */
    static List<Lane> of(List<SlotRanges> owned, int[] shares) {
        return of(owned, shares, SlotRanges.none());
    }

    /**
     * The same without these slots, which stay with their owners; each shard's share is at least what it has of them.
     */
    static List<Lane> of(List<SlotRanges> owned, int[] shares, SlotRanges kept) {
        int[] sources = indices(owned, shares, 1);
        int[] targets = indices(owned, shares, -1);
        int[] surplus =
                IntStream.of(sources).map(i -> owned.get(i).size() - shares[i]).toArray();
        int[] deficit =
                IntStream.of(targets).map(i -> shares[i] - owned.get(i).size()).toArray();
        // The product of two numbers up to 16,384 fits an int.
        int[][] counts = sources.length * targets.length <= Plan.MAX_LANES_PER_BATCH
                ? inProportion(surplus, deficit)
                : alongTwoLists(surplus, deficit);
        List<Lane> lanes = new ArrayList<>();
        SlotRanges[] giving = new SlotRanges[sources.length];
        for (int[] count : counts) {
            int s = count[0];
            if (giving[s] == null) {
                giving[s] = leaving(owned.get(sources[s]).minus(kept), surplus[s]);
            }
            SlotRanges slots = giving[s].first(count[2]);
            giving[s] = giving[s].minus(slots);
            lanes.add(new Lane(sources[s], targets[count[1]], slots));
        }
        return lanes;
    }

    private static int[] indices(List<SlotRanges> owned, int[] shares, int sign) {
        return IntStream.range(0, shares.length)
                .filter(i -> Integer.signum(owned.get(i).size() - shares[i]) == sign)
                .toArray();
    }

    /** Triples (source, target, slots): each target is served by all sources in proportion to what they have left. */
    private static int[][] inProportion(int[] surplus, int[] deficit) {
        int[] left = surplus.clone();
        List<int[]> counts = new ArrayList<>();
        for (int t = 0; t < deficit.length; t++) {
            int[] parts = Proportion.split(deficit[t], left);
            for (int s = 0; s < parts.length; s++) {
                left[s] -= parts[s];
                if (parts[s] > 0) {
                    counts.add(new int[] {s, t, parts[s]});
                }
            }
        }
        return counts.toArray(int[][]::new);
    }

    /** Triples (source, target, slots): each step empties a source or fills a target. */
    private static int[][] alongTwoLists(int[] surplus, int[] deficit) {
        int[] left = surplus.clone();
        int[] wanted = deficit.clone();
        List<int[]> counts = new ArrayList<>();
        for (int s = 0, t = 0; s < left.length && t < wanted.length; ) {
            int slots = Math.min(left[s], wanted[t]);
            counts.add(new int[] {s, t, slots});
            left[s] -= slots;
            wanted[t] -= slots;
            if (left[s] == 0) {
                s++;
            }
            if (wanted[t] == 0) {
                t++;
            }
        }
        return counts.toArray(int[][]::new);
    }

    /**
     * Which slots a source gives: whole ranges, the shortest first, then the low end of the next one. No other choice of as
     * many slots leaves the source fewer ranges, as long as all that it owns may move.
     */
    static SlotRanges leaving(SlotRanges owned, int count) {
        List<SlotRange> leaving = new ArrayList<>();
        int left = count;
        List<SlotRange> shortestFirst = owned.ranges().stream()
                .sorted(Comparator.comparingInt(SlotRange::size))
                .toList();
        for (SlotRange range : shortestFirst) {
            if (left == 0) {
                break;
            }
            int size = Math.min(left, range.size());
            leaving.add(new SlotRange(range.from(), range.from() + size - 1));
            left -= size;
        }
        return SlotRanges.of(leaving.toArray(SlotRange[]::new));
    }
}
