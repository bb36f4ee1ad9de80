package io.slotferry.planning;

import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.PlanOrder.NewReplica;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Clusters, orders and views to test with. */
final class Clusters {
    private Clusters() {}

    static NodeId id(int number) {
        return new NodeId(String.format("%08x", number) + "0".repeat(32));
    }

    static Member member(int number, String address) {
        return new Member(id(number), NodeAddress.parse(address));
    }

    static NewReplica replica(int number, String address) {
        return new NewReplica(member(number, address), Optional.empty());
    }

    static NewReplica replica(int number, String address, String of) {
        return new NewReplica(member(number, address), Optional.of(NodeAddress.parse(of)));
    }

    /** Masters 1, 2, … on 10.0.0.1:7000, 10.0.0.2:7000, … with the slots that redis-cli --cluster create deals out. */
    static Cluster even(int masters) {
        return new Cluster(IntStream.range(0, masters)
                .mapToObj(i -> {
                    int from = (int) Math.round(i * 16_384.0 / masters);
                    int to = (int) Math.round((i + 1) * 16_384.0 / masters) - 1;
                    return new Shard(host(i + 1, 7000), List.of(), SlotRanges.of(new SlotRange(from, to)));
                })
                .toList());
    }

    /** The same with one replica each (101, 102, …) on the next master's host, port 7001. */
    static Cluster evenWithReplicas(int masters) {
        return new Cluster(even(masters).shards().stream()
                .map(shard -> {
                    int number = Integer.parseInt(shard.master().id().brief(), 16);
                    Member replica =
                            new Member(id(100 + number), new NodeAddress("10.0.0." + (number % masters + 1), 7001));
                    return new Shard(shard.master(), List.of(replica), shard.slots());
                })
                .toList());
    }

    /** Node {@code number} on a host of its own. */
    static Member host(int number, int port) {
        return new Member(id(number), new NodeAddress("10.0." + number / 250 + "." + number % 250, port));
    }

    /** A cluster in which master {@code owners[slot] + 1} owns the slot; some masters may own none. */
    static Cluster owned(int masters, int... owners) {
        List<List<Integer>> slots = new ArrayList<>();
        IntStream.range(0, masters).forEach(i -> slots.add(new ArrayList<>()));
        IntStream.range(0, owners.length)
                .forEach(slot -> slots.get(owners[slot]).add(slot));
        return new Cluster(IntStream.range(0, masters)
                .mapToObj(i -> new Shard(
                        host(i + 1, 7000),
                        List.of(),
                        SlotRanges.ofSlots(slots.get(i).stream().mapToInt(slot -> slot))))
                .toList());
    }

    /** New masters 1001, 1002, … each on a host of its own. */
    static List<Member> newMasters(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> host(1_000 + i, 7000))
                .toList();
    }

    static PlanOrder order(Cluster cluster, List<Member> masters, List<NewReplica> replicas, int slotsPerBatch) {
        return new PlanOrder(
                cluster,
                masters,
                replicas,
                slotsPerBatch,
                Plan.AttachOrder.AFTER_RESHARD,
                Map.of(),
                Duration.ofSeconds(10),
                "{}");
    }

    static PlanOrder order(Cluster cluster, int newMasters, int slotsPerBatch) {
        return order(cluster, newMasters(newMasters), List.of(), slotsPerBatch);
    }

    /** The same order with slots that are to stay. */
    static PlanOrder keeping(PlanOrder order, SlotRanges kept) {
        return with(order, kept, order.weights());
    }

    /** The same order, by weight. */
    static PlanOrder weighing(PlanOrder order, SlotWeights weights) {
        return with(order, order.kept(), Optional.of(weights));
    }

    private static PlanOrder with(PlanOrder order, SlotRanges kept, Optional<SlotWeights> weights) {
        return new PlanOrder(
                order.cluster(),
                order.newMasters(),
                order.newReplicas(),
                order.slotsPerBatch(),
                order.attachOrder(),
                order.keys(),
                order.pause(),
                order.request(),
                kept,
                weights);
    }

    /** The plan of an order that has one. */
    static Plan planned(PlanOrder order) {
        PlanOutcome outcome = Planner.plan(order);
        if (outcome instanceof PlanOutcome.Planned planned) {
            return planned.plan();
        }
        throw new AssertionError("no plan: " + outcome);
    }

    /** The reasons why an order has no plan. */
    static List<PlanOutcome.Reason> refused(PlanOrder order) {
        PlanOutcome outcome = Planner.plan(order);
        if (outcome instanceof PlanOutcome.Impossible impossible) {
            return impossible.reasons();
        }
        throw new AssertionError("not refused: " + outcome);
    }

    /** The views that the nodes of a healthy cluster have: all alike, config epochs by the order of the masters. */
    static List<NodeView> views(Cluster cluster) {
        List<KnownNode> nodes = new ArrayList<>();
        long epoch = 1;
        for (Shard shard : cluster.shards()) {
            nodes.add(node(shard.master(), Role.MASTER, Optional.empty(), epoch, shard.slots()));
            for (Member replica : shard.replicas()) {
                nodes.add(node(replica, Role.REPLICA, Optional.of(shard.master().id()), epoch, SlotRanges.none()));
            }
            epoch++;
        }
        return nodes.stream()
                .map(node -> new NodeView(node.id(), true, nodes.size(), nodes, Map.of(), Map.of()))
                .toList();
    }

    private static KnownNode node(Member member, Role role, Optional<NodeId> master, long epoch, SlotRanges slots) {
        return new KnownNode(
                member.id(),
                member.address(),
                member.address().port() + 10_000,
                role,
                master,
                epoch,
                Set.of(),
                true,
                slots);
    }

    /** How many slots each shard gives, by the plan's batches. */
    static int[] given(Plan plan) {
        int[] given = new int[plan.shards().size()];
        lanes(plan).forEach(lane -> given[lane.source()] += lane.slots().size());
        return given;
    }

    static Stream<Lane> lanes(Plan plan) {
        return plan.batches().stream().flatMap(batch -> batch.lanes().stream());
    }

    static int[] sorted(int[] numbers) {
        int[] sorted = numbers.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
