package io.slotferry.planning;

import static io.slotferry.planning.Clusters.even;
import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.PlanProgress.BatchProgress;
import io.slotferry.planning.PlanProgress.Foreign;
import io.slotferry.planning.PlanProgress.State;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

/** Progress and the reverse plan, both of which read who owns the slots now. */
@Domain(AnyClusters.class)
@Domain(DomainContext.Global.class)
class WayBackTest {
    private static final NodeId STRANGER = id(0xdead);

    private static Map<NodeId, SlotRanges> owners(int[] shards, IntFunction<NodeId> master) {
        Map<Integer, IntStream.Builder> slots = new HashMap<>();
        for (int slot = 0; slot < shards.length; slot++) {
            slots.computeIfAbsent(shards[slot], s -> IntStream.builder()).add(slot);
        }
        Map<NodeId, SlotRanges> owners = new HashMap<>();
        slots.forEach((shard, some) -> owners.put(master.apply(shard), SlotRanges.ofSlots(some.build())));
        return owners;
    }

    private static long moved(Plan plan, int[] now) {
        int[] before = Ownership.before(plan);
        return IntStream.range(0, now.length)
                .filter(slot -> now[slot] != before[slot])
                .count();
    }

    private static IntFunction<NodeId> masters(Plan plan) {
        return shard -> plan.shards().get(shard).master().id();
    }

    /** The owners after so many whole batches and some of the slots of the next one. */
    private static int[] stoppedIn(Plan plan, int batch, Random random) {
        int[] shards = Ownership.before(plan);
        for (int i = 0; i <= batch && i < plan.batches().size(); i++) {
            boolean partly = i == batch;
            plan.batches().get(i).lanes().forEach(lane -> lane.slots().stream()
                    .filter(slot -> !partly || random.nextBoolean())
                    .forEach(slot -> shards[slot] = lane.target()));
        }
        return shards;
    }

    @Property(tries = 30)
    void from_wherever_a_plan_stopped_every_slot_comes_back_to_its_shard(@ForAll PlanOrder order, @ForAll long seed) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);
        Plan plan = planned(order);
        Random random = new Random(seed);
        int[] now = stoppedIn(plan, random.nextInt(plan.batches().size() + 1), random);
        long away = moved(plan, now);

        List<Batch> back = ReversePlan.of(plan, owners(now, masters(plan)), order.slotsPerBatch());

        back.forEach(
                batch -> batch.lanes().forEach(lane -> lane.slots().stream().forEach(slot -> {
                    assertThat(now[slot]).isEqualTo(lane.source());
                    now[slot] = lane.target();
                })));
        assertThat(now).isEqualTo(Ownership.before(plan));
        assertThat(back.stream().mapToInt(Batch::slots).sum()).isEqualTo((int) away);
        assertThat(back)
                .hasSizeLessThanOrEqualTo(Plan.MAX_BATCHES)
                .allMatch(batch -> batch.slots() <= order.slotsPerBatch())
                .allMatch(batch -> batch.lanes().size() <= Plan.MAX_LANES_PER_BATCH);
    }

    @Property(tries = 30)
    void slots_that_others_moved_among_the_plans_shards_come_back_too(@ForAll PlanOrder order, @ForAll long seed) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);
        Plan plan = planned(order);
        Random random = new Random(seed);
        int[] now = Ownership.before(plan);
        random.ints(200, 0, now.length)
                .forEach(slot -> now[slot] = random.nextInt(plan.shards().size()));

        for (Batch batch : ReversePlan.of(plan, owners(now, masters(plan)), 100)) {
            assertThat(batch.lanes()).hasSizeLessThanOrEqualTo(Plan.MAX_LANES_PER_BATCH);
            batch.lanes().forEach(lane -> lane.slots().stream().forEach(slot -> now[slot] = lane.target()));
        }

        assertThat(now).isEqualTo(Ownership.before(plan));
    }

    @Property(tries = 30)
    void progress_tells_done_partly_moved_and_untouched_batches_apart(@ForAll PlanOrder order, @ForAll long seed) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);
        Plan plan = planned(order);
        Random random = new Random(seed);
        int stopped = random.nextInt(plan.batches().size() + 1);
        int[] now = stoppedIn(plan, stopped, random);

        PlanProgress progress = PlanProgress.of(plan, owners(now, masters(plan)));

        List<BatchProgress> batches = progress.batches();
        assertThat(batches).hasSameSizeAs(plan.batches());
        assertThat(batches.subList(0, stopped)).allMatch(batch -> batch.state() == State.DONE);
        if (stopped < batches.size()) {
            assertThat(batches.subList(stopped + 1, batches.size()))
                    .allMatch(batch -> batch.state() == State.NOT_MOVED);
        }
        assertThat(progress.movedSlots()).isEqualTo((int) moved(plan, now));
        assertThat(progress.foreign()).isEmpty();
        assertThat(progress.unowned().isEmpty()).isTrue();
        assertThat(progress.complete()).isEqualTo(progress.movedSlots() == plan.movedSlots());
    }

    private static Plan grown() {
        return planned(order(
                Clusters.evenWithReplicas(3),
                List.of(member(1_001, "10.0.0.4:7000")),
                List.of(replica(2_001, "10.0.0.5:7001")),
                100));
    }

    @Example
    void a_replica_that_became_master_stands_for_its_shard() {
        Plan plan = grown();
        int[] now = stoppedIn(plan, plan.batches().size(), new Random(1));
        List<NodeId> heads = List.of(id(101), id(102), id(103), id(2_001));

        PlanProgress progress = PlanProgress.of(plan, owners(now, heads::get));

        assertThat(progress.complete()).isTrue();
        assertThat(ReversePlan.of(plan, owners(now, heads::get), 100)).hasSize(41);
    }

    @Example
    void slots_that_the_plan_never_gives_to_their_owner_are_foreign() {
        Plan plan = grown();
        int[] now = Ownership.before(plan);
        Arrays.fill(now, 5_000, 5_010, 1);
        Arrays.fill(now, 0, 5, 2);
        Map<NodeId, SlotRanges> owners = owners(now, masters(plan));
        owners.merge(id(1), SlotRanges.parse("100-104"), SlotRanges::minus);
        owners.put(STRANGER, SlotRanges.parse("100-104"));

        PlanProgress progress = PlanProgress.of(plan, owners);

        assertThat(progress.foreign())
                .containsExactly(
                        new Foreign(id(3), OptionalInt.of(2), SlotRanges.parse("0-4")),
                        new Foreign(STRANGER, OptionalInt.empty(), SlotRanges.parse("100-104")),
                        new Foreign(id(2), OptionalInt.of(1), SlotRanges.parse("5000-5009")));
        assertThat(progress.complete()).isFalse();
    }

    @Example
    void a_slot_that_does_not_move_is_foreign_at_a_new_master() {
        Plan plan = grown();
        int[] now = Ownership.before(plan);
        now[5_000] = 3;

        assertThat(PlanProgress.of(plan, owners(now, masters(plan))).foreign())
                .containsExactly(new Foreign(id(1_001), OptionalInt.of(3), SlotRanges.parse("5000")));
    }

    @Example
    void slots_without_owner_are_named_and_no_way_back_is_guessed() {
        Plan plan = grown();
        Map<NodeId, SlotRanges> owners = owners(Ownership.before(plan), masters(plan));
        owners.merge(id(1), SlotRanges.parse("7-9"), SlotRanges::minus);

        assertThat(PlanProgress.of(plan, owners).unowned()).isEqualTo(SlotRanges.parse("7-9"));
        assertThatThrownBy(() -> ReversePlan.of(plan, owners, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 7 has no owner");
        owners.put(STRANGER, SlotRanges.parse("7-9"));
        assertThatThrownBy(() -> ReversePlan.of(plan, owners, 100))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 7 is owned by " + STRANGER + ", which is in no shard of the plan");
    }

    @Example
    void two_owners_of_one_slot_are_refused() {
        Plan plan = planned(order(even(3), 1, 100));
        Map<NodeId, SlotRanges> owners = owners(Ownership.before(plan), masters(plan));
        owners.merge(id(2), SlotRanges.parse("3"), SlotRanges::plus);

        assertThatThrownBy(() -> PlanProgress.of(plan, owners))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("slot 3 has two owners: " + id(1) + " and " + id(2));
    }

    @Example
    void larger_batches_bring_back_what_would_need_more_batches_than_a_run_may_have() {
        Plan plan = planned(order(even(3), 1, 100));
        int[] now = stoppedIn(plan, plan.batches().size(), new Random(1));

        assertThat(ReversePlan.of(plan, owners(now, masters(plan)), 1)).hasSize(512);
    }
}
