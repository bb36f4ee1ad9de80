package io.slotferry.activities.joining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.OneMind;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Nodes that join, are attached and leave again, on real servers. */
@Execution(ExecutionMode.CONCURRENT)
class MembershipIT {
    private static final String PARAMETER = "cluster-allow-replica-migration";

    static Stream<WantedServer> servers() {
        return WantedServer.all();
    }

    static Stream<WantedServer> some() {
        return WantedServer.named("redis-7.0", "valkey-9.1");
    }

    private static LocalCluster start(ServerBinary server) {
        return LocalCluster.builder(server).masters(3).replicasPerMaster(0).start();
    }

    private static Change change(LocalCluster cluster) {
        return change(cluster, new FreeLifeline());
    }

    private static Change change(LocalCluster cluster, FreeLifeline lifeline) {
        ClusterAccess access = new ClusterAccess(
                cluster.masters().stream().map(MembershipIT::address).toList(), Optional.empty());
        return new Change(new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty())), access, lifeline);
    }

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }

    private static Member member(LocalNode node) {
        return new Member(new NodeId(node.nodeId()), address(node));
    }

    /** Once the nodes are of one mind. */
    private static Agreed agreed(Change change) {
        return OneMind.await(() -> change.reader().agreed(change.access()));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nodes_join_are_attached_and_leave_without_a_trace(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            Member master = member(local.startSpare());
            Member replica = member(local.startSpare());
            Change change = change(local);
            Cluster before = agreed(change).cluster();
            Pairing pairing = new Pairing(replica, List.of(master));

            new Joiner(change).add(List.of(master));
            new Joiner(change).add(List.of(master));
            assertThat(agreed(change).cluster().shards()).hasSize(4);

            for (int time = 0; time < 2; time++) {
                new Joiner(change).add(List.of(replica));
                new ReplicaAttacher(change).attach(List.of(pairing));
            }
            assertThat(agreed(change).cluster().shards())
                    .filteredOn(shard -> shard.master().equals(master))
                    .singleElement()
                    .satisfies(shard -> assertThat(shard.replicas()).containsExactly(replica));

            new Remover(change).remove(List.of(replica, master));
            new Remover(change).remove(List.of(replica, master));

            assertThat(agreed(change).cluster()).isEqualTo(before);
            local.spares().forEach(MembershipIT::assertFresh);
        }
    }

    private static void assertFresh(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            assertThat(jedis.clusterMyId()).isNotEqualTo(node.nodeId());
            assertThat(jedis.clusterNodes().lines()).hasSize(1).allMatch(line -> line.contains("myself,master"));
            assertThat(jedis.dbSize()).isZero();
        }
    }

    static Stream<WantedServer> oldest() {
        return WantedServer.named("redis-7.0");
    }

    @ParameterizedTest
    @MethodSource("oldest")
    void whoever_stops_a_run_does_not_wait_for_the_copy_of_a_new_replica(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode master = local.masters().get(0);
            LocalNode replica = local.startSpare();
            try (Jedis jedis = master.jedis()) {
                // It takes its replica, and gives it no copy for an hour.
                jedis.configSet("repl-diskless-sync-delay", "3600");
            }
            Change change = change(local, new FreeLifeline().stoppingWhen(() -> true));
            new Joiner(change).add(List.of(member(replica)));
            Pairing pairing = new Pairing(member(replica), List.of(member(master)));

            assertThatThrownBy(() -> new ReplicaAttacher(change).attach(List.of(pairing)))
                    .isInstanceOf(Lifeline.Superseded.class);

            assertThat(line(replica, replica.nodeId())).contains("myself,slave " + master.nodeId());
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void functions_of_a_removed_node_are_gone(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            Change change = change(local);
            new Joiner(change).add(List.of(member(spare)));
            try (Jedis jedis = spare.jedis()) {
                jedis.functionLoad("#!lua name=one\nredis.register_function('f', function() return 1 end)");

                new Remover(change).remove(List.of(member(spare)));

                assertThat(jedis.functionList()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void a_node_that_got_data_since_the_plan_is_not_met(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            Change change = change(local);
            try (Jedis jedis = spare.jedis()) {
                // A single node owns the slot it writes to.
                jedis.clusterAddSlots(redis.clients.jedis.util.JedisClusterCRC16.getSlot("a"));
            }

            Halted halted = catchThrowableOfType(Halted.class, () -> new Joiner(change).add(List.of(member(spare))));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(halted.halt().message())
                    .isEqualTo(address(spare) + " is not the empty node that was planned any more.");
            assertThat(agreed(change).cluster().shards()).hasSize(3);
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void a_node_that_owns_slots_is_not_removed(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            Change change = change(local);
            Member old = member(local.masters().get(0));

            Halted halted = catchThrowableOfType(Halted.class, () -> new Remover(change).remove(List.of(old)));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.NOT_OURS_TO_REMOVE);
            assertThat(halted.halt().evidence().get(0)).startsWith("it owns 5461 slots: 0-5460");
            assertThat(agreed(change).cluster().shards()).hasSize(3);
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void nothing_is_forgotten_while_a_member_does_not_answer(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            Change change = change(local);
            new Joiner(change).add(List.of(member(spare)));
            local.masters().get(2).kill();

            Halted halted =
                    catchThrowableOfType(Halted.class, () -> new Remover(change).remove(List.of(member(spare))));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);
            assertThat(halted.halt().message()).contains("none was removed");
            try (Jedis jedis = local.masters().get(0).jedis()) {
                assertThat(jedis.clusterNodes()).contains(spare.nodeId());
            }
        }
    }

    /** What a member still says of a removed node once FORGET has lapsed; here, since it was away meanwhile. */
    @ParameterizedTest
    @MethodSource("some")
    void a_removed_node_that_comes_back_in_somebodys_view_is_removed_by_the_second_look(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            LocalNode dreamer = local.masters().get(2);
            Change change = change(local);
            Member added = member(spare);
            Cluster before = agreed(change).cluster();
            new Joiner(change).add(List.of(added));
            String ghost = line(dreamer, spare.nodeId());
            new Remover(change).remove(List.of(added));
            assertThat(agreed(change).cluster()).isEqualTo(before);

            dream(dreamer, ghost);
            new Remover(change).remove(List.of(added));

            assertThat(local.nodes()).allMatch(node -> !knows(node, spare.nodeId()));
            assertFresh(spare);
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void nothing_is_forgotten_while_somebody_knows_a_member_that_has_no_address(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            LocalNode dreamer = local.masters().get(2);
            Change change = change(local);
            new Joiner(change).add(List.of(member(spare)));
            String unknown = "f".repeat(40);
            LocalNode another = local.startSpare();
            // Whoever answers there has another ID, at which the node drops the address.
            dream(
                    dreamer,
                    line(dreamer, spare.nodeId())
                            .replace(spare.nodeId(), unknown)
                            .replace(":" + spare.port() + "@", ":" + another.port() + "@")
                            .replace("@" + busPort(spare), "@" + busPort(another)));
            // So does everybody whom it has told of it before.
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> line(dreamer, unknown).contains("noaddr")
                            && local.nodes().stream()
                                    .map(node -> line(node, unknown))
                                    .allMatch(line -> line.isEmpty() || line.contains("noaddr")));

            Halted halted =
                    catchThrowableOfType(Halted.class, () -> new Remover(change).remove(List.of(member(spare))));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);
            assertThat(halted.halt().evidence()).containsExactly("node " + unknown + " has no address");
            assertThat(local.nodes()).allMatch(node -> knows(node, spare.nodeId()));
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void a_meeting_that_is_on_its_way_to_a_removed_node_is_awaited(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            Member added = member(spare);
            Change change = change(local);
            spare.suspend();
            LocalNode member = local.masters().get(1);
            try (Jedis jedis = member.jedis()) {
                jedis.clusterMeet(spare.host(), spare.port());
                assertThat(jedis.clusterNodes()).contains("handshake");

                assertThat(new Remover(change).remove(List.of(added)))
                        .singleElement()
                        .asString()
                        .startsWith(added + " is no member any more, and was not seen empty");

                assertThat(jedis.clusterNodes()).doesNotContain("handshake");
            } finally {
                spare.resume();
            }
        }
    }

    private static boolean knows(LocalNode node, String id) {
        return !line(node, id).isEmpty();
    }

    /** What a node says of another; empty where it does not know it. */
    private static String line(LocalNode node, String id) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes()
                    .lines()
                    .filter(line -> line.startsWith(id))
                    .findFirst()
                    .orElse("");
        }
    }

    private static int busPort(LocalNode node) {
        return Integer.parseInt(line(node, node.nodeId()).split("[@ ,]")[2]);
    }

    /** Starts a node again that believes in one more: as if it had been away when the others forgot it. */
    private static void dream(LocalNode node, String line) {
        node.restart(true);
        node.kill();
        Path config = node.folder().resolve("nodes.conf");
        try {
            Files.writeString(config, line + "\n" + Files.readString(config));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        node.start();
    }

    @ParameterizedTest
    @MethodSource("some")
    void a_setting_is_held_and_put_back_as_each_node_had_it(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            LocalNode spare = local.startSpare();
            Change change = change(local);
            try (Jedis jedis = local.masters().get(1).jedis()) {
                jedis.configSet(PARAMETER, "no");
            }
            SettingsKeeper keeper = new SettingsKeeper(change.reader());

            Settings priors = keeper.read(change.access(), List.of(member(spare)), PARAMETER);
            assertThat(priors.priors()).hasSize(4);
            keeper.apply(change.lifeline(), priors, "no");
            assertThat(keeper.read(change.access(), List.of(member(spare)), PARAMETER)
                            .priors())
                    .allMatch(prior -> prior.value().equals("no"));

            assertThat(keeper.restore(change.lifeline(), change.access(), priors))
                    .isEmpty();
            assertThat(keeper.restore(change.lifeline(), change.access(), priors))
                    .isEmpty();
            assertThat(keeper.read(change.access(), List.of(member(spare)), PARAMETER))
                    .isEqualTo(priors);
        }
    }

    @ParameterizedTest
    @MethodSource("some")
    void a_node_that_is_away_is_named_and_the_others_get_their_setting_back(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = start(server)) {
            Change change = change(local);
            SettingsKeeper keeper = new SettingsKeeper(change.reader());
            Settings priors = keeper.read(change.access(), List.of(), PARAMETER);
            keeper.apply(change.lifeline(), priors, "no");
            Member away = member(local.masters().get(2));
            local.masters().get(2).kill();

            List<String> passedOver = keeper.restore(change.lifeline(), change.access(), priors);

            assertThat(passedOver)
                    .singleElement()
                    .asString()
                    .startsWith(PARAMETER + " of " + away + " is to be set to yes by hand: " + away.address()
                            + " does not answer");
            try (Jedis jedis = local.masters().get(0).jedis()) {
                assertThat(jedis.configGet(PARAMETER)).containsEntry(PARAMETER, "yes");
            }
        }
    }
}
