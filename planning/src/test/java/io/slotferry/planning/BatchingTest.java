package io.slotferry.planning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class BatchingTest {
    /** Lanes of any sizes; the more skew, the more of them are small beside a few large ones. */
    private static List<Lane> lanes(int count, int skew, long seed) {
        Random random = new Random(seed);
        List<Lane> lanes = new ArrayList<>();
        int from = 0;
        for (int i = 0; i < count; i++) {
            int room = (SlotRange.SLOTS - from) - (count - i);
            int size = 1 + (int) (Math.min(room, 2 * SlotRange.SLOTS / count) * Math.pow(random.nextDouble(), skew));
            lanes.add(new Lane(random.nextInt(20), 100 + i, SlotRanges.of(new SlotRange(from, from + size - 1))));
            from += size;
        }
        return lanes;
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void every_slot_of_every_lane_stands_in_one_batch(
            @ForAll @IntRange(min = 0, max = 300) int count,
            @ForAll @IntRange(min = 1, max = 9) int skew,
            @ForAll @IntRange(min = 1, max = 500) int slotsPerBatch,
            @ForAll long seed) {
        List<Lane> lanes = lanes(count, skew, seed);

        List<Batch> batches = Batching.of(lanes, slotsPerBatch);

        Map<Integer, List<Lane>> parts =
                batches.stream().flatMap(batch -> batch.lanes().stream()).collect(Collectors.groupingBy(Lane::target));
        assertThat(parts).hasSameSizeAs(lanes);
        for (Lane lane : lanes) {
            List<Lane> some = parts.get(lane.target());
            assertThat(SlotRanges.union(some.stream().map(Lane::slots))).isEqualTo(lane.slots());
            assertThat(some.stream().mapToInt(part -> part.slots().size()).sum())
                    .isEqualTo(lane.slots().size());
            assertThat(some).allMatch(part -> part.source() == lane.source());
        }
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void batches_keep_both_limits_and_are_as_few_as_they_allow(
            @ForAll @IntRange(min = 1, max = 300) int count,
            @ForAll @IntRange(min = 1, max = 9) int skew,
            @ForAll @IntRange(min = 1, max = 500) int slotsPerBatch,
            @ForAll long seed) {
        List<Lane> lanes = lanes(count, skew, seed);
        int slots = lanes.stream().mapToInt(lane -> lane.slots().size()).sum();

        List<Batch> batches = Batching.of(lanes, slotsPerBatch);

        assertThat(batches).allMatch(batch -> batch.slots() <= slotsPerBatch);
        assertThat(batches).allMatch(batch -> batch.lanes().size() <= Plan.MAX_LANES_PER_BATCH);
        int bySlots = (slots + slotsPerBatch - 1) / slotsPerBatch;
        int byLanes = (count - 1 + Plan.MAX_LANES_PER_BATCH - 2) / (Plan.MAX_LANES_PER_BATCH - 1);
        assertThat(batches).hasSizeLessThanOrEqualTo(Math.max(bySlots, byLanes));
        if (byLanes <= bySlots) {
            assertThat(batches).hasSize(bySlots);
        }
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void while_all_lanes_fit_a_batch_each_batch_takes_from_each_in_proportion_to_what_it_has_left(
            @ForAll @IntRange(min = 1, max = Plan.MAX_LANES_PER_BATCH) int count,
            @ForAll @IntRange(min = 1, max = 500) int slotsPerBatch,
            @ForAll long seed) {
        List<Lane> lanes = lanes(count, 1, seed);
        List<Integer> left =
                new ArrayList<>(lanes.stream().map(lane -> lane.slots().size()).toList());

        for (Batch batch : Batching.of(lanes, slotsPerBatch)) {
            double all = left.stream().mapToInt(slots -> slots).sum();
            for (int i = 0; i < count; i++) {
                int target = lanes.get(i).target();
                int taken = batch.lanes().stream()
                        .filter(part -> part.target() == target)
                        .mapToInt(part -> part.slots().size())
                        .sum();
                assertThat(Math.abs(taken - batch.slots() * left.get(i) / all)).isLessThan(1);
                left.set(i, left.get(i) - taken);
            }
        }
    }

    @Property(tries = 80, edgeCases = EdgeCasesMode.NONE)
    void a_batch_takes_lanes_of_different_sources_in_turn(
            @ForAll @IntRange(min = 1, max = 100) int count, @ForAll long seed) {
        for (Batch batch : Batching.of(lanes(count, 2, seed), 100)) {
            List<Integer> sources = batch.lanes().stream().map(Lane::source).toList();
            int distinct = (int) sources.stream().distinct().count();

            assertThat(sources.subList(0, distinct)).doesNotHaveDuplicates();
        }
    }
}
