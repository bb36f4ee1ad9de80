package io.slotferry.planning;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.PlanOutcome.NothingToDo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(AnyClusters.class)
@Domain(DomainContext.Global.class)
class PlannerPropertiesTest {
    private static Optional<Plan> plan(PlanOrder order) {
        PlanOutcome outcome = Planner.plan(order);
        if (outcome instanceof PlanOutcome.Planned planned) {
            return Optional.of(planned.plan());
        }
        assertThat(outcome).isEqualTo(new NothingToDo());
        return Optional.empty();
    }

    private static int[] ownedBefore(PlanOrder order) {
        return Stream.concat(
                        order.cluster().shards().stream()
                                .map(shard -> shard.slots().size()),
                        order.newMasters().stream().map(master -> 0))
                .mapToInt(slots -> slots)
                .toArray();
    }

    @Property(tries = 50)
    void the_batches_carried_out_one_slot_after_another_leave_even_shares(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());

        int[] owner = Ownership.before(plan.get());
        plan.get().batches().forEach(batch -> batch.lanes()
                .forEach(lane -> lane.slots().stream().forEach(slot -> {
                    assertThat(owner[slot]).isEqualTo(lane.source());
                    owner[slot] = lane.target();
                })));
        int[] slots = new int[plan.get().shards().size()];
        IntStream.of(owner).forEach(i -> slots[i]++);

        assertThat(slots)
                .containsExactly(plan.get().shards().stream()
                        .mapToInt(PlannedShard::slotsAfter)
                        .toArray());
        assertThat(IntStream.of(slots).max().orElseThrow()
                        - IntStream.of(slots).min().orElseThrow())
                .isLessThanOrEqualTo(1);
    }

    @Property(tries = 50)
    void as_many_slots_move_as_a_naive_planner_needs(@ForAll PlanOrder order) {
        int naive = NaivePlanner.moves(ownedBefore(order));

        assertThat(plan(order).map(Plan::movedSlots).orElse(0)).isEqualTo(naive);
    }

    @Property(tries = 50)
    void slots_that_are_kept_never_move_and_cost_no_further_move(
            @ForAll PlanOrder any, @ForAll @DoubleRange(min = 0, max = 1) double part, @ForAll long seed) {
        Random random = new Random(seed);
        double rare = Math.pow(part, 8);
        SlotRanges kept =
                SlotRanges.ofSlots(IntStream.range(0, SlotRange.SLOTS).filter(slot -> random.nextDouble() < rare));
        PlanOrder order = Clusters.keeping(any, kept);
        int[] owned = ownedBefore(order);
        int[] movable = owned.clone();
        for (int i = 0; i < order.cluster().shards().size(); i++) {
            movable[i] -=
                    order.cluster().shards().get(i).slots().intersect(kept).size();
        }
        OptionalInt naive = NaivePlanner.moves(owned, movable);

        PlanOutcome outcome = Planner.plan(order);

        if (naive.isEmpty()) {
            assertThat(outcome).isInstanceOf(PlanOutcome.Impossible.class);
            assertThat(((PlanOutcome.Impossible) outcome).reasons())
                    .allMatch(reason -> reason.code() == PlanOutcome.Code.TOO_MANY_KEPT_SLOTS);
            return;
        }
        Optional<Plan> plan = plan(order);
        assertThat(plan.map(Plan::movedSlots).orElse(0)).isEqualTo(naive.getAsInt());
        plan.ifPresent(made -> {
            assertThat(made.kept()).isEqualTo(kept);
            assertThat(Clusters.lanes(made).map(lane -> lane.slots().intersect(kept)))
                    .allMatch(SlotRanges::isEmpty);
            assertThat(Invariants.violations(made, order)).isEmpty();
        });
    }

    @Property(tries = 50)
    void batches_are_as_few_as_slots_and_lanes_allow(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());

        int bySlots = ceil(plan.get().movedSlots(), order.slotsPerBatch());
        int pairs = (int) pairs(plan.get());
        assertThat(plan.get().batches())
                .hasSizeGreaterThanOrEqualTo(Math.max(bySlots, ceil(pairs, Plan.MAX_LANES_PER_BATCH)));
        assertThat(plan.get().batches())
                .hasSizeLessThanOrEqualTo(Math.max(bySlots, ceil(pairs - 1, Plan.MAX_LANES_PER_BATCH - 1)));
    }

    @Property(tries = 50)
    void few_pairs_of_shards_exchange_slots(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());

        int sources =
                (int) Clusters.lanes(plan.get()).map(Lane::source).distinct().count();
        int targets =
                (int) Clusters.lanes(plan.get()).map(Lane::target).distinct().count();
        assertThat(pairs(plan.get())).isLessThanOrEqualTo(Math.max(16, sources + targets - 1));
    }

    @Property(tries = 50)
    void what_stays_at_a_source_is_in_as_few_ranges_as_can_be(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());

        Map<Integer, List<SlotRanges>> gone = Clusters.lanes(plan.get())
                .collect(Collectors.groupingBy(Lane::source, Collectors.mapping(Lane::slots, Collectors.toList())));
        gone.forEach((source, parts) -> {
            SlotRanges before = plan.get().shards().get(source).before();
            SlotRanges given = SlotRanges.union(parts.stream());
            assertThat(before.minus(given).ranges()).hasSize(NaivePlanner.fewestRangesLeft(before, given.size()));
        });
    }

    @Property(tries = 50)
    void the_same_order_gives_the_same_plan_in_whatever_order_the_shards_stand(@ForAll PlanOrder order) {
        List<Shard> shards = new ArrayList<>(order.cluster().shards());
        Collections.reverse(shards);
        PlanOrder again =
                Clusters.order(new Cluster(shards), order.newMasters(), order.newReplicas(), order.slotsPerBatch());

        assertThat(Planner.plan(again)).isEqualTo(Planner.plan(order));
    }

    @Property(tries = 50)
    void a_cluster_planned_for_again_after_its_plan_was_carried_out_needs_nothing(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());

        assertThat(Planner.plan(Clusters.order(after(plan.get()), order.newMasters(), List.of(), 100)))
                .isEqualTo(new NothingToDo());
    }

    @Property(tries = 50)
    void a_cluster_planned_for_again_half_way_moves_the_rest_and_no_more(@ForAll PlanOrder order) {
        Optional<Plan> plan = plan(order);
        Assume.that(plan.isPresent());
        int half = plan.get().batches().size() / 2;
        Plan first = withBatches(plan.get(), plan.get().batches().subList(0, half));

        Optional<Plan> rest = plan(Clusters.order(after(first), order.newMasters(), List.of(), order.slotsPerBatch()));

        assertThat(rest.map(Plan::movedSlots).orElse(0)).isEqualTo(plan.get().movedSlots() - first.movedSlots());
    }

    private static Plan withBatches(Plan plan, List<Batch> batches) {
        return new Plan(
                plan.fingerprint(), plan.shards(), batches, plan.attachments(), plan.attachOrder(), plan.estimate());
    }

    private static Cluster after(Plan plan) {
        List<SlotRanges> slots = new ArrayList<>();
        plan.shards().forEach(shard -> slots.add(shard.before()));
        Clusters.lanes(plan).forEach(lane -> {
            slots.set(lane.source(), slots.get(lane.source()).minus(lane.slots()));
            slots.set(lane.target(), slots.get(lane.target()).plus(lane.slots()));
        });
        return new Cluster(IntStream.range(0, slots.size())
                .mapToObj(i -> new Shard(plan.shards().get(i).master(), List.of(), slots.get(i)))
                .toList());
    }

    private static long pairs(Plan plan) {
        return Clusters.lanes(plan)
                .map(lane -> List.of(lane.source(), lane.target()))
                .distinct()
                .count();
    }

    private static int ceil(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
