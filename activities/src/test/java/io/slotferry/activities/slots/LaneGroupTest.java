package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LaneGroupTest {
    private static final int WINDOW = 64;

    @Test
    void a_lane_that_fills_more_than_half_a_window_moves_alone() {
        List<List<LaneTask>> groups =
                LaneGroup.of(List.of(lane(1, 0, 1_000), lane(2, 0, 33), lane(3, 0, 2)), 1, WINDOW);

        assertThat(groups).extracting(LaneGroupTest::slots).containsExactly(List.of(1_000), List.of(33), List.of(2));
    }

    @Test
    void lanes_of_a_few_slots_to_one_target_are_gathered_until_they_fill_a_window() {
        List<LaneTask> lanes =
                IntStream.range(0, 30).mapToObj(i -> lane(i, 0, 17)).toList();

        List<List<LaneTask>> groups = LaneGroup.of(lanes, 4, WINDOW);

        assertThat(groups).hasSize(8).allMatch(group -> group.size() >= 3 && group.size() <= 4);
        assertThat(groups.stream().flatMap(List::stream)).containsExactlyInAnyOrderElementsOf(lanes);
    }

    @Test
    void so_few_lanes_are_gathered_that_one_look_at_their_sources_is_a_round_trip() {
        List<LaneTask> lanes =
                IntStream.range(0, 100).mapToObj(i -> lane(i, 0, 1)).toList();

        assertThat(LaneGroup.of(lanes, 4, WINDOW)).hasSize(7).allMatch(group -> group.size() <= 16);
    }

    @Test
    void lanes_that_may_move_side_by_side_are_not_gathered_into_fewer_groups() {
        List<LaneTask> lanes = List.of(lane(1, 0, 5), lane(2, 0, 5), lane(3, 0, 5), lane(4, 0, 5), lane(5, 0, 5));

        assertThat(LaneGroup.of(lanes, 4, WINDOW)).extracting(List::size).containsExactly(2, 1, 1, 1);
    }

    @Test
    void lanes_to_different_targets_are_never_gathered() {
        List<LaneTask> lanes = Stream.concat(
                        IntStream.range(0, 10).mapToObj(i -> lane(i, 0, 2)),
                        IntStream.range(0, 10).mapToObj(i -> lane(i, 1, 2)))
                .toList();

        assertThat(LaneGroup.of(lanes, 1, WINDOW))
                .hasSize(2)
                .allMatch(
                        group -> group.stream().map(LaneTask::target).distinct().count() == 1);
    }

    private static List<Integer> slots(List<LaneTask> group) {
        return group.stream().map(task -> task.pending().size()).toList();
    }

    private static LaneTask lane(int source, int target, int slots) {
        SlotRanges pending = SlotRanges.ofSlots(IntStream.range(0, slots));
        Member from = member("a" + source, 7_000 + source);
        Member to = member("b" + target, 8_000 + target);
        return new LaneTask(
                new Move(List.of(from), List.of(to), pending),
                new Shard(from, List.of(), pending),
                new Shard(to, List.of(), SlotRanges.none()),
                pending,
                SlotRanges.none());
    }

    private static Member member(String id, int port) {
        return new Member(new NodeId(String.format("%40s", id).replace(' ', '0')), new NodeAddress("127.0.0.1", port));
    }
}
