package io.slotferry.planning;

import static io.slotferry.planning.Clusters.even;
import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.given;
import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.refused;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanOutcome.NothingToDo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlannerTest {
    @Test
    void three_masters_become_four_in_41_batches_of_100_and_each_gives_1365_or_1366() {
        Plan plan = planned(order(even(3), 1, 100));

        assertThat(plan.batches()).hasSize(41).allMatch(batch -> batch.lanes().size() == 3);
        assertThat(plan.batches().subList(0, 40)).allMatch(batch -> batch.slots() == 100);
        assertThat(plan.movedSlots()).isEqualTo(4_096);
        assertThat(plan.shards()).extracting(PlannedShard::slotsAfter).containsOnly(4_096);
        assertThat(given(plan)).containsExactlyInAnyOrder(1_365, 1_365, 1_366, 0);
    }

    @Test
    void each_batch_draws_from_all_sources_alike() {
        Plan plan = planned(order(even(3), 1, 100));

        assertThat(plan.batches()).allSatisfy(batch -> assertThat(batch.lanes())
                .allMatch(lane -> Math.abs(lane.slots().size() - batch.slots() / 3) <= 1));
    }

    @Test
    void slots_that_stay_are_passed_over_and_the_plan_says_so() {
        PlanOrder order = Clusters.keeping(order(even(3), 1, 100), SlotRanges.parse("0-99,5461"));

        Plan plan = planned(order);

        assertThat(plan.movedSlots()).isEqualTo(4_096);
        assertThat(Clusters.lanes(plan).map(Lane::slots))
                .noneMatch(slots -> slots.contains(0) || slots.contains(99) || slots.contains(5_461))
                .anyMatch(slots -> slots.contains(100))
                .anyMatch(slots -> slots.contains(5_462));
        assertThat(PlanText.render(plan, "orders")).contains("101 slots with big keys stay: 0-99, 5461\n");
        assertThat(plan.fingerprint())
                .isNotEqualTo(planned(order(even(3), 1, 100)).fingerprint());
    }

    @Test
    void more_slots_to_stay_than_a_share_holds_are_refused_with_the_figures() {
        PlanOrder order = Clusters.keeping(order(even(3), 1, 100), SlotRanges.parse("0-4096"));

        assertThat(refused(order)).singleElement().satisfies(reason -> {
            assertThat(reason.code()).isEqualTo(Code.TOO_MANY_KEPT_SLOTS);
            assertThat(reason.message())
                    .startsWith("4,097 slots of 10.0.0.1:7000 (00000001) must stay")
                    .contains("its share is 4,096");
        });
    }

    @Test
    void two_servers_with_a_master_and_a_replica_each_come_out_cross_replicated() {
        Plan plan = planned(order(
                evenWithReplicas(3),
                List.of(member(1_001, "10.0.0.4:7000"), member(1_002, "10.0.0.5:7000")),
                List.of(replica(2_001, "10.0.0.4:7001"), replica(2_002, "10.0.0.5:7001")),
                100));

        assertThat(plan.shards())
                .extracting(PlannedShard::slotsAfter)
                .containsExactly(3_277, 3_277, 3_277, 3_277, 3_276);
        assertThat(plan.attachments())
                .containsExactly(
                        new Attachment(member(2_001, "10.0.0.4:7001"), 4),
                        new Attachment(member(2_002, "10.0.0.5:7001"), 3));
        assertThat(plan.batches()).hasSize(66).allMatch(batch -> batch.lanes().size() == 6);
    }

    @Test
    void each_source_gives_to_both_new_masters_nearly_alike() {
        Plan plan = planned(order(even(3), 2, 100));

        for (int source = 0; source < 3; source++) {
            for (int target = 3; target < 5; target++) {
                int s = source;
                int t = target;
                int slots = Clusters.lanes(plan)
                        .filter(lane -> lane.source() == s && lane.target() == t)
                        .mapToInt(lane -> lane.slots().size())
                        .sum();
                assertThat(slots).isBetween(1_091, 1_093);
            }
        }
    }

    @Test
    void three_masters_become_seven() {
        Plan plan = planned(order(even(3), 4, 100));

        assertThat(plan.shards()).extracting(PlannedShard::slotsAfter).containsOnly(2_340, 2_341);
        assertThat(plan.movedSlots()).isEqualTo(16_384 - 3 * 2_341);
        assertThat(plan.batches()).hasSize(94);
    }

    @Test
    void shards_stand_in_the_order_of_their_masters_and_new_ones_in_the_order_of_the_request() {
        Plan plan = planned(
                order(even(2), List.of(member(9, "10.0.0.9:7000"), member(8, "10.0.0.8:7000")), List.of(), 100));

        assertThat(plan.shards())
                .extracting(shard -> shard.master().id(), PlannedShard::added)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(id(1), false),
                        org.assertj.core.groups.Tuple.tuple(id(2), false),
                        org.assertj.core.groups.Tuple.tuple(id(9), true),
                        org.assertj.core.groups.Tuple.tuple(id(8), true));
    }

    @Test
    void a_new_master_that_has_joined_already_is_a_target_like_any_other() {
        Cluster halfGrown = Clusters.owned(
                4,
                even(3).shards().stream()
                        .flatMapToInt(shard -> shard.slots().stream()
                                .map(slot ->
                                        Integer.parseInt(shard.master().id().brief(), 16) - 1))
                        .toArray());
        Plan plan = planned(order(halfGrown, List.of(halfGrown.shards().get(3).master()), List.of(), 100));

        assertThat(plan.shards()).hasSize(4).noneMatch(PlannedShard::added);
        assertThat(plan.shards().get(3).slotsAfter()).isEqualTo(4_096);
    }

    @Test
    void a_replica_that_has_joined_but_follows_nobody_yet_gets_no_slots_and_is_attached() {
        List<Shard> shards = new java.util.ArrayList<>(even(3).shards());
        shards.add(new Shard(member(2_001, "10.0.0.9:7001"), List.of(), SlotRanges.none()));
        Plan plan = planned(order(
                new Cluster(shards),
                List.of(member(1_001, "10.0.0.8:7000")),
                List.of(replica(2_001, "10.0.0.9:7001")),
                100));

        assertThat(plan.shards()).hasSize(4);
        assertThat(plan.attachments()).containsExactly(new Attachment(member(2_001, "10.0.0.9:7001"), 3));
    }

    @Test
    void a_replica_that_follows_already_is_not_attached_again() {
        Cluster cluster = evenWithReplicas(4);
        Member replica = cluster.shards().get(0).replicas().get(0);

        assertThat(Planner.plan(order(
                        cluster,
                        List.of(cluster.shards().get(0).master()),
                        List.of(new PlanOrder.NewReplica(replica, java.util.Optional.empty())),
                        100)))
                .isEqualTo(new NothingToDo());
    }

    @Test
    void after_a_failover_in_a_grown_shard_nothing_is_left_to_do() {
        List<Shard> shards = new java.util.ArrayList<>(even(4).shards());
        Shard grown = shards.remove(3);
        Member first = member(1_001, "10.0.0.8:7000");
        Member second = member(2_001, "10.0.0.9:7001");
        shards.add(new Shard(second, List.of(first), grown.slots()));

        assertThat(Planner.plan(order(
                        new Cluster(shards),
                        List.of(first),
                        List.of(replica(2_001, "10.0.0.9:7001", "10.0.0.8:7000")),
                        100)))
                .isEqualTo(new NothingToDo());
    }

    @Test
    void a_balanced_cluster_needs_nothing() {
        assertThat(Planner.plan(order(even(5), 0, 100))).isEqualTo(new NothingToDo());
    }

    @Test
    void keys_and_time_are_estimated_from_the_slots_that_each_source_gives() {
        PlanOrder order = new PlanOrder(
                even(3),
                Clusters.newMasters(1),
                List.of(),
                100,
                Plan.AttachOrder.AFTER_RESHARD,
                Map.of(id(1), 5_461_000L, id(2), 5_462_000L, id(99), 77L),
                Duration.ofSeconds(10),
                "{}");

        assertThat(planned(order).estimate())
                .isEqualTo(new Estimate(
                        2_731_000, Duration.ofSeconds(400).plusMillis(4_096 * 5).plusMillis(273_100)));
    }

    @Test
    void too_many_batches_are_refused_with_the_smallest_batch_that_would_do() {
        assertThat(refused(order(even(3), 1, 4)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.TOO_MANY_BATCHES,
                        "4,096 slots in batches of at most 4 are 1,024 batches, more than the 1,000 that one run may"
                                + " have. Set batch.slots to 5 or more."));
        assertThat(planned(order(even(3), 1, 5)).batches()).hasSize(820);
    }

    @Test
    void more_masters_than_slots_are_refused() {
        assertThat(refused(order(even(3), 16_382, 100)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.TOO_MANY_MASTERS,
                        "16,385 masters cannot share 16,384 slots: at least one slot is needed for each. Add fewer"
                                + " masters."));
    }

    @Test
    void so_many_pairs_that_no_batch_size_would_do_are_refused_with_another_remedy() {
        assertThat(refused(order(even(1), 16_383, 100)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.TOO_MANY_BATCHES,
                        "16,383 slots in batches of at most 100 are 2,048 batches, more than the 1,000 that one run may"
                                + " have. No batch.slots would do, as 16,383 pairs of masters exchange slots and a batch"
                                + " holds at most 8 of them: add fewer masters at a time."));
    }

    @Test
    void a_node_named_twice_is_refused() {
        assertThat(refused(order(
                        even(3),
                        List.of(member(1_001, "10.0.0.8:7000")),
                        List.of(replica(2_001, "10.0.0.8:7000")),
                        100)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.NODE_NAMED_TWICE,
                        "10.0.0.8:7000 (000007d1) stands twice among the nodes to be added: name each node once, as a"
                                + " master or as a replica."));
    }

    @Test
    void a_master_with_slots_that_is_to_become_a_replica_is_refused() {
        assertThat(refused(order(even(3), List.of(), List.of(replica(2, "10.0.0.2:7000")), 100)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.MEMBER_IN_ANOTHER_ROLE,
                        "10.0.0.2:7000 (00000002) is to become a replica, but is a master with 5462 slots and 0 replicas"
                                + " in the cluster already: take it out of add.replicas."));
    }

    @Test
    void a_replica_of_an_old_master_that_is_to_become_a_master_is_refused() {
        assertThat(refused(order(evenWithReplicas(3), List.of(member(101, "10.0.0.2:7001")), List.of(), 100)))
                .containsExactly(new PlanOutcome.Reason(
                        Code.MEMBER_IN_ANOTHER_ROLE,
                        "10.0.0.2:7001 (00000065) is to become a master, but is a replica of 10.0.0.1:7000 (00000001)"
                                + " in the cluster already: take it out of add.masters."));
    }

    @Test
    void a_cluster_with_an_uncovered_slot_is_not_planned_for() {
        List<Shard> two = even(3).shards().subList(0, 2);

        assertThatThrownBy(() -> Planner.plan(order(new Cluster(two), 1, 100)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("each of the 16,384 slots needs one owner before a plan is made; 10,923 have one, 0 have"
                        + " another");
    }
}
