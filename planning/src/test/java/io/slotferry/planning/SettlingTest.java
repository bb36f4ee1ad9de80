package io.slotferry.planning;

import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

/** Open slots are finished as they are open; then the way back brings every slot home. */
@Domain(AnyClusters.class)
@Domain(DomainContext.Global.class)
class SettlingTest {
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

    private static Member master(Plan plan, int shard) {
        return plan.shards().get(shard).master();
    }

    private static OpenSlots open(Plan plan, Direction direction, int node, int peer, int slot) {
        Member end = master(plan, node);
        return new OpenSlots(
                end,
                direction,
                SlotRanges.of(new SlotRange(slot, slot)),
                master(plan, peer).id(),
                Optional.of(end.address()));
    }

    /** One or both of the marks that moving a slot leaves when it dies. */
    private static void leaveOpen(Plan plan, int source, int target, int slot, Random random, List<OpenSlots> open) {
        int marks = 1 + random.nextInt(3);
        if ((marks & 1) != 0) {
            open.add(open(plan, Direction.IMPORTING, target, source, slot));
        }
        if ((marks & 2) != 0) {
            open.add(open(plan, Direction.MIGRATING, source, target, slot));
        }
    }

    private static void carryOut(List<Batch> batches, int[] now) {
        for (Batch batch : batches) {
            assertThat(batch.lanes()).hasSizeLessThanOrEqualTo(Plan.MAX_LANES_PER_BATCH);
            batch.lanes().forEach(lane -> lane.slots().stream().forEach(slot -> {
                assertThat(now[slot]).isIn(lane.source(), lane.target());
                now[slot] = lane.target();
            }));
        }
    }

    @Property(tries = 30)
    void whatever_moved_and_whatever_is_open_every_slot_comes_back_to_its_shard(
            @ForAll PlanOrder order, @ForAll long seed) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);
        Plan plan = planned(order);
        Random random = new Random(seed);
        int[] now = Ownership.before(plan);
        List<OpenSlots> open = new ArrayList<>();
        SlotRanges[] openSlots = {SlotRanges.none()};
        plan.batches().stream().flatMap(batch -> batch.lanes().stream()).forEach(lane -> lane.slots().stream()
                .forEach(slot -> {
                    boolean moved = random.nextBoolean();
                    now[slot] = moved ? lane.target() : lane.source();
                    if (random.nextInt(40) == 0) {
                        boolean back = random.nextBoolean();
                        leaveOpen(
                                plan,
                                back ? lane.target() : lane.source(),
                                back ? lane.source() : lane.target(),
                                slot,
                                random,
                                open);
                        openSlots[0] = openSlots[0].plus(SlotRanges.of(new SlotRange(slot, slot)));
                    }
                }));
        Map<NodeId, SlotRanges> owners =
                owners(now, shard -> master(plan, shard).id());

        Settling settling = Settling.of(plan, owners, open);
        assertThat(settling.foreign()).isEmpty();
        assertThat(settling.slots()).isEqualTo(openSlots[0].size());
        carryOut(settling.batches(), now);
        Map<NodeId, SlotRanges> after = settling.ownersAfter(plan, owners);
        owners(now, shard -> master(plan, shard).id())
                .forEach((owner, slots) -> assertThat(after).containsEntry(owner, slots));
        carryOut(ReversePlan.of(plan, after, order.slotsPerBatch()), now);

        assertThat(now).isEqualTo(Ownership.before(plan));
    }

    /** Three masters with a replica each become four; slot 0 goes from shard 0 to shard 3, slot 5000 stays. */
    private static Plan grown() {
        return planned(order(
                Clusters.evenWithReplicas(3),
                List.of(member(1_001, "10.0.0.4:7000")),
                List.of(replica(2_001, "10.0.0.5:7001")),
                100));
    }

    private static SlotRanges moving(Plan plan, int source) {
        return SlotRanges.union(plan.batches().stream()
                .flatMap(batch -> batch.lanes().stream())
                .filter(lane -> lane.source() == source)
                .map(Lane::slots));
    }

    private static Map<NodeId, SlotRanges> asBefore(Plan plan) {
        return owners(Ownership.before(plan), shard -> master(plan, shard).id());
    }

    @Example
    void a_slot_that_is_open_towards_its_target_is_not_turned_round() {
        Plan plan = grown();
        int slot = moving(plan, 0).first(1).stream().findFirst().orElseThrow();

        Settling settling = Settling.of(plan, asBefore(plan), List.of(open(plan, Direction.MIGRATING, 0, 3, slot)));

        assertThat(settling.batches()).singleElement().satisfies(batch -> assertThat(batch.lanes())
                .containsExactly(new Lane(0, 3, SlotRanges.of(new SlotRange(slot, slot)))));
    }

    @Example
    void where_a_slot_is_open_in_both_directions_its_owner_is_the_source() {
        Plan plan = grown();
        int slot = moving(plan, 0).first(1).stream().findFirst().orElseThrow();

        Settling settling = Settling.of(
                plan,
                asBefore(plan),
                List.of(open(plan, Direction.IMPORTING, 0, 3, slot), open(plan, Direction.IMPORTING, 3, 0, slot)));

        assertThat(settling.batches().get(0).lanes())
                .extracting(Lane::source, Lane::target)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(0, 3));
    }

    @Example
    void a_replicas_mark_counts_as_its_shards() {
        Plan plan = grown();
        int slot = moving(plan, 0).first(1).stream().findFirst().orElseThrow();
        Member replica = plan.shards().get(0).replicas().get(0);

        Settling settling = Settling.of(
                plan,
                asBefore(plan),
                List.of(new OpenSlots(
                        replica,
                        Direction.MIGRATING,
                        SlotRanges.of(new SlotRange(slot, slot)),
                        id(2_001),
                        Optional.empty())));

        assertThat(settling.foreign()).isEmpty();
        assertThat(settling.slots()).isEqualTo(1);
    }

    @Example
    void what_is_open_between_other_shards_or_for_a_slot_that_stays_is_foreign() {
        Plan plan = grown();
        int moves = moving(plan, 0).first(1).stream().findFirst().orElseThrow();
        int stays = plan.shards().get(0).before().minus(moving(plan, 0)).first(1).stream()
                .findFirst()
                .orElseThrow();
        List<OpenSlots> open = List.of(
                open(plan, Direction.MIGRATING, 0, 1, moves),
                open(plan, Direction.MIGRATING, 0, 3, stays),
                new OpenSlots(
                        master(plan, 0),
                        Direction.MIGRATING,
                        SlotRanges.of(new SlotRange(moves, moves)),
                        STRANGER,
                        Optional.empty()));

        Settling settling = Settling.of(plan, asBefore(plan), open);

        assertThat(settling.batches()).isEmpty();
        assertThat(settling.foreign()).isEqualTo(open);
    }

    @Example
    void an_open_slot_that_a_third_shard_owns_is_foreign() {
        Plan plan = grown();
        int slot = moving(plan, 0).first(1).stream().findFirst().orElseThrow();
        int[] now = Ownership.before(plan);
        now[slot] = 2;

        Settling settling = Settling.of(
                plan,
                owners(now, shard -> master(plan, shard).id()),
                List.of(open(plan, Direction.IMPORTING, 3, 0, slot)));

        assertThat(settling.batches()).isEmpty();
        assertThat(settling.foreign()).hasSize(1);
    }
}
