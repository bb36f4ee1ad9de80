package io.slotferry.planning;

import static io.slotferry.planning.Clusters.even;
import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.refused;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.PlanOrder.NewReplica;
import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanOutcome.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class ReplicaPairingTest {
    private static final String FIX = "{\"node\": \"%s\", \"replicaOf\": \"<master>\"}";

    /** The best sum of squared numbers of replicas over all pairings, with or without the rule about hosts. */
    private static OptionalInt best(
            List<Member> masters, int[] load, List<NewReplica> replicas, int next, boolean apart) {
        if (next == replicas.size()) {
            return OptionalInt.of(IntStream.of(load).map(n -> n * n).sum());
        }
        String host = replicas.get(next).node().address().host();
        return IntStream.range(0, masters.size())
                .filter(m -> !apart || !masters.get(m).address().host().equals(host))
                .flatMap(m -> {
                    int[] more = load.clone();
                    more[m]++;
                    return best(masters, more, replicas, next + 1, apart).stream();
                })
                .min();
    }

    private static String host(Random random, int hosts) {
        return "10.9.9." + random.nextInt(hosts);
    }

    private static List<Member> masters(Random random, int count, int hosts) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Member(id(1_001 + i), new NodeAddress(host(random, hosts), 7_000 + i)))
                .toList();
    }

    private static List<NewReplica> replicas(Random random, int count, int hosts) {
        return IntStream.range(0, count)
                .mapToObj(i -> replica(2_001 + i, host(random, hosts) + ":" + (8_000 + i)))
                .toList();
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void an_even_pairing_is_found_exactly_where_trying_all_of_them_finds_one(
            @ForAll @IntRange(min = 1, max = 4) int masterCount,
            @ForAll @IntRange(min = 0, max = 5) int replicaCount,
            @ForAll @IntRange(min = 0, max = 2) int fixedCount,
            @ForAll @IntRange(min = 1, max = 5) int hosts,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Member> masters = masters(random, masterCount, hosts);
        List<NewReplica> replicas = replicas(random, replicaCount, hosts);
        int[] load = new int[masterCount];
        List<NewReplica> all = new ArrayList<>(replicas);
        for (int i = 0; i < fixedCount; i++) {
            int master = random.nextInt(masterCount);
            load[master]++;
            all.add(replica(
                    3_001 + i,
                    "10.8.8.8:" + (9_000 + i),
                    masters.get(master).address().toString()));
        }
        OptionalInt even = best(masters, load, replicas, 0, false);
        OptionalInt apart = best(masters, load, replicas, 0, true);

        PlanOutcome outcome = Planner.plan(order(even(3), masters, all, 100));

        if (even.equals(apart)) {
            Plan plan = ((PlanOutcome.Planned) outcome).plan();
            int[] pairs = new int[masterCount];
            plan.attachments().forEach(a -> pairs[a.shard() - 3]++);
            assertThat(plan.attachments()).hasSameSizeAs(all);
            assertThat(IntStream.of(pairs).map(n -> n * n).sum()).isEqualTo(even.getAsInt());
        } else {
            assertThat(((PlanOutcome.Impossible) outcome).reasons())
                    .hasSize(1)
                    .allMatch(reason -> reason.code() == Code.REPLICA_BESIDE_ITS_MASTER);
        }
    }

    @Property(tries = 200, edgeCases = EdgeCasesMode.NONE)
    void without_new_masters_the_masters_with_the_fewest_replicas_get_more(
            @ForAll @IntRange(min = 2, max = 4) int masterCount,
            @ForAll @IntRange(min = 1, max = 5) int replicaCount,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Shard> shards = even(masterCount).shards().stream()
                .map(shard -> new Shard(
                        shard.master(),
                        IntStream.range(0, random.nextInt(3))
                                .mapToObj(i -> {
                                    int port = 7_001 + i;
                                    return new Member(
                                            id(port * 100
                                                    + shard.slots()
                                                            .ranges()
                                                            .get(0)
                                                            .from()),
                                            new NodeAddress("10.8.8.8", port));
                                })
                                .toList(),
                        shard.slots()))
                .toList();
        List<Member> masters = shards.stream().map(Shard::master).toList();
        List<NewReplica> replicas = IntStream.range(0, replicaCount)
                .mapToObj(i -> replica(2_001 + i, "10.0.0." + (1 + random.nextInt(5)) + ":" + (8_000 + i)))
                .toList();
        int[] load = shards.stream().mapToInt(shard -> shard.replicas().size()).toArray();

        Plan plan = planned(order(new Cluster(shards), List.of(), replicas, 100));

        int[] after = load.clone();
        plan.attachments().forEach(a -> after[a.shard()]++);
        assertThat(plan.batches()).isEmpty();
        assertThat(IntStream.of(after).map(n -> n * n).sum())
                .isEqualTo(best(masters, load, replicas, 0, true).orElseThrow());
    }

    @Property(tries = 50, edgeCases = EdgeCasesMode.NONE)
    void many_servers_with_a_master_and_some_replicas_each_are_cross_replicated(
            @ForAll @IntRange(min = 2, max = 60) int servers, @ForAll @IntRange(min = 1, max = 3) int each) {
        List<Member> masters = IntStream.range(0, servers)
                .mapToObj(i -> member(1_001 + i, "10.5.0." + i + ":7000"))
                .toList();
        List<NewReplica> replicas = IntStream.range(0, servers * each)
                .mapToObj(i -> replica(2_001 + i, "10.5.0." + i / each + ":" + (8_000 + i % each)))
                .toList();

        Plan plan = planned(order(even(3), masters, replicas, 100));

        int[] pairs = new int[servers];
        plan.attachments().forEach(a -> pairs[a.shard() - 3]++);
        assertThat(pairs).containsOnly(each);
        assertThat(Invariants.violations(plan, order(even(3), masters, replicas, 100)))
                .isEmpty();
    }

    @Example
    void a_replica_on_the_last_masters_host_makes_others_move_on() {
        Plan plan = planned(order(
                even(3),
                List.of(member(1_001, "a:7000"), member(1_002, "b:7000"), member(1_003, "c:7000")),
                List.of(replica(2_001, "x:7001"), replica(2_002, "y:7001"), replica(2_003, "c:7001")),
                100));

        assertThat(plan.attachments()).extracting(Attachment::shard).containsExactlyInAnyOrder(3, 4, 5);
        assertThat(plan.attachments().get(2).shard()).isNotEqualTo(5);
    }

    @Example
    void a_pairing_that_the_request_fixes_is_kept_and_the_others_fill_up() {
        Plan plan = planned(order(
                evenWithReplicas(3),
                List.of(member(1_001, "a:7000"), member(1_002, "b:7000")),
                List.of(
                        replica(2_001, "x:7001"),
                        replica(2_002, "x:7002"),
                        replica(2_003, "x:7003", "a:7000"),
                        replica(2_004, "x:7004", "10.0.0.2:7000")),
                100));

        assertThat(plan.attachments())
                .extracting(a -> a.replica().address().toString(), Attachment::shard)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("x:7001", 4),
                        org.assertj.core.groups.Tuple.tuple("x:7002", 3),
                        org.assertj.core.groups.Tuple.tuple("x:7003", 3),
                        org.assertj.core.groups.Tuple.tuple("x:7004", 1));
    }

    @Example
    void fewer_replicas_than_new_masters_are_paired_all_the_same() {
        Plan plan = planned(order(
                even(3),
                List.of(member(1_001, "a:7000"), member(1_002, "b:7000")),
                List.of(replica(2_001, "a:7001")),
                100));

        assertThat(plan.attachments()).containsExactly(new Attachment(member(2_001, "a:7001"), 4));
    }

    @Example
    void a_replica_with_no_master_on_another_host_is_refused_with_the_host_and_the_remedy() {
        assertThat(refused(order(even(3), List.of(member(1_001, "a:7000")), List.of(replica(2_001, "a:7001")), 100)))
                .containsExactly(new Reason(
                        Code.REPLICA_BESIDE_ITS_MASTER,
                        "no master is left on another host for a:7001 (000007d1): every new master is on a as well. Put"
                                + " this replica on another host, or fix its master: "
                                + String.format(FIX, "a:7001") + "."));
    }

    @Example
    void replicas_that_would_leave_a_new_master_without_one_are_refused_with_the_hosts_and_the_remedy() {
        assertThat(refused(order(
                        even(3),
                        List.of(member(1_001, "a:7000"), member(1_002, "b:7000")),
                        List.of(replica(2_001, "a:7001"), replica(2_002, "a:7002")),
                        100)))
                .containsExactly(new Reason(
                        Code.REPLICA_BESIDE_ITS_MASTER,
                        "the replicas cannot be spread evenly over the new masters and kept off their masters' hosts:"
                                + " a:7000 (000003e9) on a would have 0 where 1 would be even, as a:7001 (000007d1),"
                                + " a:7002 (000007d2) cannot be placed otherwise. Put one of them on another host, or"
                                + " fix its master: " + String.format(FIX, "a:7001") + "."));
    }

    @Example
    void a_pairing_fixed_on_the_masters_own_host_is_refused() {
        assertThat(refused(order(
                        even(3),
                        List.of(member(1_001, "a:7000"), member(1_002, "b:7000")),
                        List.of(replica(2_001, "a:7001", "a:7000")),
                        100)))
                .containsExactly(new Reason(
                        Code.REPLICA_BESIDE_ITS_MASTER,
                        "replica a:7001 (000007d1) is fixed to its master a:7000 (000003e9) on the same host a, whose"
                                + " loss would lose both: give it a master on another host, or leave out its replicaOf"
                                + " to have it paired."));
    }

    @Example
    void a_pairing_fixed_to_an_unknown_master_is_refused() {
        assertThat(refused(order(even(3), List.of(), List.of(replica(2_001, "a:7001", "nowhere:7000")), 100)))
                .containsExactly(new Reason(
                        Code.UNKNOWN_MASTER_FOR_REPLICA,
                        "a:7001 (000007d1) is to be a replica of nowhere:7000, which is neither a master of the cluster"
                                + " nor among the masters to be added: correct its replicaOf, or leave it out to have"
                                + " it paired."));
    }

    @Example
    void a_pairing_fixed_to_a_replica_is_refused_and_its_master_named() {
        assertThat(refused(
                        order(evenWithReplicas(3), List.of(), List.of(replica(2_001, "a:7001", "10.0.0.2:7001")), 100)))
                .extracting(Reason::message)
                .containsExactly(
                        "a:7001 (000007d1) is to be a replica of 10.0.0.2:7001, which is neither a master of the"
                                + " cluster nor among the masters to be added (it is a replica of 10.0.0.1:7000 (00000001)):"
                                + " correct its replicaOf, or leave it out to have it paired.");
    }

    @Example
    void where_every_node_is_on_one_host_replicas_stand_beside_their_masters() {
        Cluster sandbox = new Cluster(List.of(new Shard(member(1, "127.0.0.1:7000"), List.of(), SlotRanges.all())));

        Plan plan = planned(order(
                sandbox,
                List.of(member(1_001, "127.0.0.1:7001"), member(1_002, "127.0.0.1:7002")),
                List.of(replica(2_001, "127.0.0.1:7003"), replica(2_002, "127.0.0.1:7004", "127.0.0.1:7002")),
                100));

        assertThat(plan.attachments()).extracting(Attachment::shard).containsExactly(1, 2);
    }

    @Example
    void a_grown_shard_that_has_a_replica_already_leaves_the_next_one_to_the_other() {
        List<Shard> shards = new ArrayList<>(even(3).shards());
        Member first = member(1_001, "a:7000");
        shards.add(new Shard(first, List.of(member(2_001, "b:7001")), SlotRanges.none()));
        Plan plan = planned(order(
                new Cluster(shards),
                List.of(first, member(1_002, "b:7000")),
                List.of(replica(2_001, "b:7001"), replica(2_002, "c:7001")),
                100));

        assertThat(plan.attachments()).containsExactly(new Attachment(member(2_002, "c:7001"), 4));
    }

    @Example
    void a_replica_that_follows_another_master_than_the_request_fixed_is_refused() {
        assertThat(refused(order(
                        evenWithReplicas(3), List.of(), List.of(replica(101, "10.0.0.2:7001", "10.0.0.3:7000")), 100)))
                .containsExactly(new Reason(
                        Code.MEMBER_IN_ANOTHER_ROLE,
                        "10.0.0.2:7001 (00000065) is to be a replica of 10.0.0.3:7000, but belongs to 10.0.0.1:7000"
                                + " (00000001) in the cluster already: take it out of add.replicas, or leave out its"
                                + " replicaOf."));
    }
}
