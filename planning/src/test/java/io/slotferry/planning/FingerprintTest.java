package io.slotferry.planning;

import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

class FingerprintTest {
    private static final PlanOrder ORDER = new PlanOrder(
            evenWithReplicas(3),
            List.of(member(1_001, "10.0.0.4:7000"), member(1_002, "10.0.0.5:7000")),
            List.of(replica(2_001, "10.0.0.4:7001"), replica(2_002, "10.0.0.5:7001")),
            100,
            Plan.AttachOrder.AFTER_RESHARD,
            Map.of(),
            Duration.ofSeconds(10),
            "{\"cluster\":\"orders\"}");

    private static PlanOrder with(Cluster cluster, String request, int slotsPerBatch, Plan.AttachOrder attachOrder) {
        return new PlanOrder(
                cluster,
                ORDER.newMasters(),
                ORDER.newReplicas(),
                slotsPerBatch,
                attachOrder,
                ORDER.keys(),
                ORDER.pause(),
                request);
    }

    private static PlanOrder with(List<Member> masters, List<PlanOrder.NewReplica> replicas) {
        return new PlanOrder(
                ORDER.cluster(),
                masters,
                replicas,
                100,
                ORDER.attachOrder(),
                ORDER.keys(),
                ORDER.pause(),
                ORDER.request());
    }

    @Example
    void it_is_the_same_on_every_machine_and_in_every_locale() {
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
            assertThat(planned(ORDER).fingerprint())
                    .isEqualTo("cc8959f3dedeec8b258aae7f7fef6ff9a30e9b0414ea5776350973d20b15ed47");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Example
    void any_change_of_request_cluster_nodes_or_plan_gives_another() {
        Cluster cluster = ORDER.cluster();
        Shard first = cluster.shards().get(0);
        List<Shard> swapped = new ArrayList<>(cluster.shards());
        swapped.set(0, new Shard(first.replicas().get(0), List.of(first.master()), first.slots()));
        List<Shard> bare = new ArrayList<>(cluster.shards());
        bare.set(0, new Shard(first.master(), List.of(), first.slots()));
        List<Shard> moved = new ArrayList<>(cluster.shards());
        moved.set(
                0,
                new Shard(new Member(first.master().id(), new NodeAddress("h", 1)), first.replicas(), first.slots()));
        List<Member> masters = ORDER.newMasters();
        List<PlanOrder> orders = List.of(
                ORDER,
                with(cluster, "{\"cluster\":\"payments\"}", 100, ORDER.attachOrder()),
                with(cluster, ORDER.request(), 101, ORDER.attachOrder()),
                with(cluster, ORDER.request(), 100, Plan.AttachOrder.BEFORE_RESHARD),
                with(new Cluster(swapped), ORDER.request(), 100, ORDER.attachOrder()),
                with(new Cluster(bare), ORDER.request(), 100, ORDER.attachOrder()),
                with(new Cluster(moved), ORDER.request(), 100, ORDER.attachOrder()),
                with(List.of(masters.get(1), masters.get(0)), ORDER.newReplicas()),
                with(List.of(masters.get(0)), List.of()),
                with(masters, List.of(ORDER.newReplicas().get(0))),
                with(
                        masters,
                        List.of(
                                replica(2_001, "10.0.0.6:7001"),
                                ORDER.newReplicas().get(1))),
                with(
                        masters,
                        List.of(
                                replica(2_001, "10.0.0.4:7001", "10.0.0.5:7000"),
                                ORDER.newReplicas().get(1))));

        Set<String> fingerprints = new HashSet<>();
        orders.forEach(order -> fingerprints.add(planned(order).fingerprint()));

        assertThat(fingerprints).hasSameSizeAs(orders).allMatch(text -> text.matches("[0-9a-f]{64}"));
    }

    @Example
    void it_does_not_depend_on_numbers_of_keys() {
        PlanOrder otherKeys = new PlanOrder(
                ORDER.cluster(),
                ORDER.newMasters(),
                ORDER.newReplicas(),
                100,
                ORDER.attachOrder(),
                Map.of(Clusters.id(1), 77L),
                ORDER.pause(),
                ORDER.request());

        assertThat(planned(otherKeys).fingerprint()).isEqualTo(planned(ORDER).fingerprint());
    }

    @Property(tries = 40)
    @Domain(AnyClusters.class)
    @Domain(DomainContext.Global.class)
    void one_slot_at_another_master_gives_another(@ForAll PlanOrder order) {
        Assume.that(order.cluster().shards().size() > 1 && Planner.plan(order) instanceof PlanOutcome.Planned);
        List<Shard> shards = new ArrayList<>(order.cluster().shards());
        int owner = shards.get(0).slots().isEmpty() ? 1 : 0;
        Assume.that(!shards.get(owner).slots().isEmpty());
        SlotRanges one = shards.get(owner).slots().first(1);
        shards.set(owner, withSlots(shards.get(owner), shards.get(owner).slots().minus(one)));
        shards.set(
                1 - owner,
                withSlots(shards.get(1 - owner), shards.get(1 - owner).slots().plus(one)));
        PlanOrder other =
                Clusters.order(new Cluster(shards), order.newMasters(), order.newReplicas(), order.slotsPerBatch());
        Plan plan = planned(order);

        assertThat(Fingerprint.of(order, plan)).isEqualTo(plan.fingerprint());
        assertThat(Fingerprint.of(other, plan)).isNotEqualTo(plan.fingerprint());
    }

    private static Shard withSlots(Shard shard, SlotRanges slots) {
        return new Shard(shard.master(), shard.replicas(), slots);
    }

    @Property(tries = 40)
    @Domain(AnyClusters.class)
    @Domain(DomainContext.Global.class)
    void batches_in_another_order_or_one_less_give_another(@ForAll PlanOrder order) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);
        Plan plan = planned(order);
        Assume.that(plan.batches().size() > 1);
        List<Batch> reversed = new ArrayList<>(plan.batches());
        Collections.reverse(reversed);

        assertThat(Fingerprint.of(order, withBatches(plan, reversed))).isNotEqualTo(plan.fingerprint());
        assertThat(Fingerprint.of(
                        order,
                        withBatches(
                                plan, plan.batches().subList(1, plan.batches().size()))))
                .isNotEqualTo(plan.fingerprint());
    }

    private static Plan withBatches(Plan plan, List<Batch> batches) {
        return new Plan(
                plan.fingerprint(), plan.shards(), batches, plan.attachments(), plan.attachOrder(), plan.estimate());
    }
}
