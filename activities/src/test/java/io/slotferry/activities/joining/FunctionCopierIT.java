package io.slotferry.activities.joining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.BatchMover;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.FailureKind;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.LibraryInfo;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Function libraries of a cluster and of a master that joins it, on real servers. */
@Execution(ExecutionMode.CONCURRENT)
class FunctionCopierIT {
    private static final Nodes NODES = RespNodes.with(Credentials.none(), Optional.empty());

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-7.0", "redis-8.6", "valkey-9.1");
    }

    static Stream<WantedServer> oldest() {
        return WantedServer.named("redis-7.0");
    }

    private static LocalCluster start(WantedServer wanted) {
        return LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
                .masters(2)
                .replicasPerMaster(0)
                .start();
    }

    private static ClusterAccess access(LocalCluster cluster) {
        return new ClusterAccess(
                cluster.masters().stream().map(FunctionCopierIT::address).toList(), Optional.empty());
    }

    private static Change change(LocalCluster cluster) {
        return new Change(new ClusterReader(NODES), access(cluster), new FreeLifeline());
    }

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }

    private static Member member(LocalNode node) {
        return new Member(new NodeId(node.nodeId()), address(node));
    }

    private static void load(LocalNode node, String name, int answer) {
        try (Jedis jedis = node.jedis()) {
            jedis.functionLoad("#!lua name=" + name + "\nredis.register_function('" + name
                    + "', function(keys) return redis.call('GET', keys[1]) .. '" + answer + "' end)");
        }
    }

    private static List<String> codes(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.functionListWithCode().stream()
                    .map(LibraryInfo::getLibraryCode)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_new_master_has_the_clusters_libraries_before_its_first_slot_and_loses_them_with_its_place(
            WantedServer wanted) {
        try (LocalCluster cluster = start(wanted)) {
            for (LocalNode master : cluster.masters()) {
                load(master, "prices", 7);
                load(master, "taxes", 8);
            }
            LocalNode added = cluster.startSpare();
            Change change = change(cluster);
            new Joiner(change).add(List.of(member(added)));

            new FunctionCopier(change).copy(List.of(member(added)));
            // An attempt that died before it could say so is followed by one that does the same.
            new FunctionCopier(change).copy(List.of(member(added)));

            assertThat(codes(added))
                    .hasSize(2)
                    .isEqualTo(codes(cluster.masters().get(0)));

            new Remover(change).remove(List.of(member(added)));
            assertThat(codes(added)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void functions_answer_where_their_slots_went_by_keys_and_by_the_servers_own_migration(WantedServer wanted) {
        try (LocalCluster cluster = start(wanted)) {
            cluster.masters().forEach(master -> load(master, "prices", 7));
            LocalNode added = cluster.startSpare();
            LocalNode source = cluster.masters().get(0);
            try (Jedis jedis = source.jedis()) {
                jedis.set(keyIn(0), "a");
                jedis.set(keyIn(100), "b");
            }
            Change change = change(cluster);
            new Joiner(change).add(List.of(member(added)));

            new FunctionCopier(change).copy(List.of(member(added)));
            move(cluster, source, added, "0-9", Migration.KEYS, 2);
            move(cluster, source, added, "100-109", Migration.AUTO, 3);

            try (Jedis jedis = added.jedis()) {
                assertThat(jedis.fcall("prices", List.of(keyIn(0)), List.of())).isEqualTo("a7");
                assertThat(jedis.fcall("prices", List.of(keyIn(100)), List.of()))
                        .isEqualTo("b7");
            }
            assertThat(codes(added)).isEqualTo(codes(source));
        }
    }

    private static void move(
            LocalCluster cluster, LocalNode source, LocalNode target, String slots, Migration by, long turn) {
        BatchOrder order = new BatchOrder(
                        access(cluster),
                        1,
                        1,
                        Mode.FAST,
                        List.of(new Move(List.of(member(source)), List.of(member(target)), SlotRanges.parse(slots))))
                .by(by);
        assertThat(new BatchMover(new ClusterReader(NODES))
                        .move(order, new FreeLifeline(turn, 1, Optional.empty()))
                        .complete())
                .isTrue();
    }

    private static String keyIn(int slot) {
        for (int i = 0; ; i++) {
            if (JedisClusterCRC16.getSlot("{" + i + "}") == slot) {
                return "{" + i + "}";
            }
        }
    }

    @ParameterizedTest
    @MethodSource("oldest")
    void what_a_new_master_has_of_its_own_or_what_old_ones_differ_in_is_left_as_it_is(WantedServer wanted) {
        try (LocalCluster cluster = start(wanted)) {
            LocalNode first = cluster.masters().get(0);
            LocalNode added = cluster.startSpare();
            Change change = change(cluster);
            new Joiner(change).add(List.of(member(added)));
            load(first, "prices", 7);

            new FunctionCopier(change).copy(List.of(member(added)));
            assertThat(codes(added)).isEmpty();

            load(cluster.masters().get(1), "prices", 7);
            load(added, "others", 1);
            List<String> own = codes(added);
            new FunctionCopier(change).copy(List.of(member(added)));
            assertThat(codes(added)).isEqualTo(own);
        }
    }

    @ParameterizedTest
    @MethodSource("oldest")
    void an_attempt_that_may_change_nothing_any_more_copies_nothing(WantedServer wanted) {
        try (LocalCluster cluster = start(wanted)) {
            cluster.masters().forEach(master -> load(master, "prices", 7));
            LocalNode added = cluster.startSpare();
            FreeLifeline lifeline = new FreeLifeline();
            Change change = new Change(new ClusterReader(NODES), access(cluster), lifeline);
            new Joiner(change).add(List.of(member(added)));
            lifeline.supersede();

            assertThatThrownBy(() -> new FunctionCopier(change).copy(List.of(member(added))))
                    .isInstanceOf(Lifeline.Superseded.class);

            assertThat(codes(added)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("oldest")
    void a_library_that_came_to_the_new_master_meanwhile_is_not_replaced(WantedServer wanted) {
        try (LocalCluster cluster = start(wanted)) {
            cluster.masters().forEach(master -> load(master, "prices", 7));
            LocalNode added = cluster.startSpare();
            Change joining = change(cluster);
            new Joiner(joining).add(List.of(member(added)));
            // Between the look and the copy.
            FreeLifeline lifeline = new FreeLifeline() {
                private boolean loaded;

                @Override
                public void assertMayChange(java.time.Duration limit) {
                    if (!loaded) {
                        loaded = true;
                        load(added, "others", 1);
                    }
                }
            };

            Halted halted = catchThrowableOfType(Halted.class, () -> new FunctionCopier(
                            new Change(new ClusterReader(NODES), access(cluster), lifeline))
                    .copy(List.of(member(added))));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(halted.halt().text()).contains("others", "prices");
        }
    }
}
