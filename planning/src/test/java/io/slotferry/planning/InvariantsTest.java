package io.slotferry.planning;

import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InvariantsTest {
    private static final PlanOrder ORDER = order(
            evenWithReplicas(3),
            List.of(member(1_001, "10.0.0.4:7000")),
            List.of(replica(2_001, "10.0.0.1:7002")),
            100);
    private static final Plan PLAN = planned(ORDER);

    /** The violations of a changed plan, but for the one that the fingerprint is no longer that of its content. */
    private static List<String> violations(List<PlannedShard> shards, List<Batch> batches, List<Attachment> attached) {
        Plan changed = new Plan("", shards, batches, attached, PLAN.attachOrder(), PLAN.estimate());
        Plan signed = new Plan(
                Fingerprint.of(ORDER, changed), shards, batches, attached, PLAN.attachOrder(), PLAN.estimate());
        return Invariants.violations(signed, ORDER);
    }

    private static List<String> withBatches(List<Batch> batches) {
        return violations(PLAN.shards(), batches, PLAN.attachments());
    }

    private static List<Batch> firstBatch(Lane... lanes) {
        List<Batch> batches = new ArrayList<>(PLAN.batches());
        batches.set(0, new Batch(List.of(lanes)));
        return batches;
    }

    private static Lane lane(int number) {
        return PLAN.batches().get(0).lanes().get(number);
    }

    private static Lane withSlots(Lane lane, String slots) {
        return new Lane(lane.source(), lane.target(), SlotRanges.parse(slots));
    }

    @Test
    void a_plan_of_the_planner_breaks_none() {
        assertThat(Invariants.violations(PLAN, ORDER)).isEmpty();
    }

    @Test
    void a_slot_that_its_source_does_not_own_is_found() {
        Lane others = withSlots(lane(0), "16000-16033");

        assertThat(withBatches(firstBatch(others, lane(1), lane(2))))
                .contains("slots 16000-16033 are not (or no longer) shard 0's to give");
    }

    @Test
    void a_slot_that_moves_twice_is_found() {
        List<Batch> twice = new ArrayList<>(PLAN.batches());
        twice.add(PLAN.batches().get(0));

        assertThat(withBatches(twice))
                .contains("slots " + lane(1).slots() + " are not (or no longer) shard 1's to give")
                .contains("4196 slots are moved where 4096 would be enough");
    }

    @Test
    void a_batch_left_out_is_found_by_the_shares_that_are_not_reached() {
        assertThat(withBatches(PLAN.batches().subList(1, 41)))
                .contains("10.0.0.4:7000 (000003e9) ends with 3996 slots instead of 4096")
                .contains("3996 slots are moved where 4096 would be enough");
    }

    @Test
    void a_shard_that_gives_to_itself_is_found() {
        Lane itself = new Lane(0, 0, lane(0).slots());

        assertThat(withBatches(firstBatch(itself, lane(1), lane(2))))
                .contains("shard 0 gives slots to itself")
                .contains("10.0.0.1:7000 (00000001) both gives and receives slots");
    }

    @Test
    void uneven_shares_are_found() {
        List<PlannedShard> shards = new ArrayList<>(PLAN.shards());
        PlannedShard first = shards.get(0);
        shards.set(0, new PlannedShard(first.master(), first.replicas(), first.before(), 4_098, false));

        assertThat(violations(shards, PLAN.batches(), PLAN.attachments()))
                .containsExactly(
                        "10.0.0.1:7000 (00000001) ends with 4096 slots instead of 4098",
                        "shares differ by more than one slot: 4096 and 4098",
                        "shares sum to 16386 instead of 16384");
    }

    @Test
    void a_batch_with_too_many_slots_or_an_empty_lane_is_found() {
        List<Batch> batches = new ArrayList<>(PLAN.batches().subList(2, 41));
        List<Lane> both = IntStream.range(0, 3)
                .mapToObj(i -> new Lane(
                        i,
                        3,
                        PLAN.batches()
                                .get(0)
                                .lanes()
                                .get(i)
                                .slots()
                                .plus(PLAN.batches().get(1).lanes().get(i).slots())))
                .toList();
        batches.add(0, new Batch(both));
        batches.set(1, new Batch(List.of(withSlots(lane(0), ""))));

        assertThat(withBatches(batches)).contains("batch 1 has 200 slots", "batch 2 has an empty lane");
    }

    @Test
    void a_batch_without_lane_with_too_many_lanes_or_two_for_one_pair_is_found() {
        List<Batch> batches = new ArrayList<>(PLAN.batches());
        batches.set(0, new Batch(List.of()));
        Lane whole = batches.get(1).lanes().get(0);
        batches.set(
                1,
                new Batch(whole.slots().stream()
                        .limit(17)
                        .mapToObj(slot -> withSlots(whole, Integer.toString(slot)))
                        .toList()));

        assertThat(withBatches(batches))
                .contains(
                        "batch 1 has no lane", "batch 2 has 17 lanes", "batch 2 has two lanes for one pair of shards");
    }

    @Test
    void more_batches_than_a_run_may_have_are_found() {
        List<Batch> batches = new ArrayList<>();
        Clusters.lanes(PLAN).forEach(lane -> lane.slots().stream()
                .forEach(slot -> batches.add(new Batch(List.of(withSlots(lane, Integer.toString(slot)))))));

        assertThat(withBatches(batches)).containsExactly("there are 4096 batches");
    }

    @Test
    void a_replica_beside_its_master_is_found() {
        Attachment beside = new Attachment(member(2_001, "10.0.0.1:7002"), 0);

        assertThat(violations(PLAN.shards(), PLAN.batches(), List.of(beside)))
                .containsExactly(
                        "replica 10.0.0.1:7002 (000007d1) is attached beside its master 10.0.0.1:7000" + " (00000001)");
    }

    @Test
    void a_shard_that_does_not_exist_is_found() {
        assertThat(violations(PLAN.shards(), PLAN.batches(), List.of(new Attachment(member(2_001, "x:1"), 4))))
                .containsExactly("a lane or an attachment names a shard that the plan does not have");
    }

    @Test
    void a_fingerprint_of_something_else_is_found() {
        assertThat(Invariants.violations(PLAN, order(ORDER.cluster(), ORDER.newMasters(), ORDER.newReplicas(), 101)))
                .containsExactly("the fingerprint is not that of this order and plan");
    }
}
