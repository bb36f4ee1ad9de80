package io.slotferry.planning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Cuts lanes into batches. Each batch is as large as its two limits allow (slots, and {@link Plan#MAX_LANES_PER_BATCH}
 * lanes) and draws from its lanes in proportion, so that load is spread over sources and targets.
 *
 * <p>With {@code m} slots and {@code p} lanes the number of batches is exactly {@code ceil(m / slotsPerBatch)} where
 * {@code p <= 7 * ceil(m / slotsPerBatch) + 1}: seven lanes of a batch can be finished while the eighth fills it.
 */
final class Batching {
    private static final int LANES = Plan.MAX_LANES_PER_BATCH;

    private final List<Lane> lanes;
    private final int slotsPerBatch;
    private final int[][] slots;
    private final int[] done;
    private List<Integer> open;

    private Batching(List<Lane> lanes, int slotsPerBatch) {
        this.lanes = lanes;
        this.slotsPerBatch = slotsPerBatch;
        this.slots = lanes.stream().map(lane -> lane.slots().stream().toArray()).toArray(int[][]::new);
        this.done = new int[lanes.size()];
        this.open = IntStream.range(0, lanes.size()).boxed().toList();
    }

    /**
     * The lanes' slots in batches; lanes without slots leave no trace.
     *
     * @throws IllegalArgumentException where a batch may hold no slot
     */
    static List<Batch> of(List<Lane> lanes, int slotsPerBatch) {
        if (slotsPerBatch < 1) {
            throw new IllegalArgumentException("a batch of " + slotsPerBatch + " slots moves nothing");
        }
        Batching batching = new Batching(
                lanes.stream().filter(lane -> !lane.slots().isEmpty()).toList(), slotsPerBatch);
        List<Batch> batches = new ArrayList<>();
        while (!batching.open.isEmpty()) {
            batches.add(batching.next());
        }
        return batches;
    }

    private int left(int lane) {
        return slots[lane].length - done[lane];
    }

    private int left(List<Integer> some) {
        return some.stream().mapToInt(this::left).sum();
    }

    private Batch next() {
        Batch batch = cut(choose());
        open = open.stream().filter(lane -> left(lane) > 0).toList();
        return batch;
    }

    /** How many slots of which lane the next batch takes. */
    private Map<Integer, Integer> choose() {
        if (open.size() <= LANES) {
            return spread(open, slotsPerBatch);
        }
        List<Integer> byLeft =
                open.stream().sorted(Comparator.comparingInt(this::left)).toList();
        if (left(byLeft.subList(0, LANES)) >= slotsPerBatch) {
            return spreadOverLargest(byLeft);
        }
        return finishMost(byLeft);
    }

    /**
     * Any eight lanes fill a batch. Takes from the largest ones in proportion, after finishing as many of the smallest
     * as must be finished now: later batches can finish seven each, and the last one eight.
     */
    private Map<Integer, Integer> spreadOverLargest(List<Integer> byLeft) {
        int bySlots = ceil(left(byLeft), slotsPerBatch);
        int byLanes = ceil(byLeft.size() - 1, LANES - 1);
        int batchesAfter = Math.max(bySlots, byLanes) - 1;
        int finish = Math.max(0, byLeft.size() - (LANES - 1) * batchesAfter - 1);
        List<Integer> finished = byLeft.subList(0, finish);
        List<Integer> largest = byLeft.subList(byLeft.size() - (LANES - finish), byLeft.size());
        Map<Integer, Integer> taken = spread(largest, slotsPerBatch - left(finished));
        finished.forEach(lane -> taken.put(lane, left(lane)));
        return taken;
    }

    /**
     * Small lanes: eight neighbours in the order of size, the first that fill a batch (or the largest, where none do).
     * All but the last of them are finished.
     */
    private Map<Integer, Integer> finishMost(List<Integer> byLeft) {
        int first = 0;
        int sum = left(byLeft.subList(0, LANES));
        while (sum < slotsPerBatch && first + LANES < byLeft.size()) {
            sum += left(byLeft.get(first + LANES)) - left(byLeft.get(first));
            first++;
        }
        Map<Integer, Integer> taken = new HashMap<>();
        int room = slotsPerBatch;
        for (int lane : byLeft.subList(first, first + LANES)) {
            taken.put(lane, Math.min(room, left(lane)));
            room -= taken.get(lane);
        }
        return taken;
    }

    private Map<Integer, Integer> spread(List<Integer> over, int most) {
        int[] weights = over.stream().mapToInt(this::left).toArray();
        int[] parts = Proportion.split(Math.min(most, left(over)), weights);
        Map<Integer, Integer> taken = new HashMap<>();
        for (int i = 0; i < parts.length; i++) {
            taken.put(over.get(i), parts[i]);
        }
        return taken;
    }

    /** Takes the slots, and orders the batch's lanes round robin over their sources. */
    private Batch cut(Map<Integer, Integer> taken) {
        record Turn(int round, Lane lane) {}
        Map<Integer, Integer> rounds = new HashMap<>();
        List<Turn> turns = new ArrayList<>();
        taken.keySet().stream().sorted().filter(lane -> taken.get(lane) > 0).forEach(lane -> {
            int from = done[lane];
            done[lane] += taken.get(lane);
            SlotRanges part =
                    SlotRanges.ofSlots(IntStream.range(from, done[lane]).map(i -> slots[lane][i]));
            int source = lanes.get(lane).source();
            turns.add(new Turn(
                    rounds.merge(source, 1, Integer::sum),
                    new Lane(source, lanes.get(lane).target(), part)));
        });
        turns.sort(Comparator.comparingInt(Turn::round)
                .thenComparingInt(turn -> turn.lane().source())
                .thenComparingInt(turn -> turn.lane().target()));
        return new Batch(turns.stream().map(Turn::lane).toList());
    }

    private static int ceil(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
