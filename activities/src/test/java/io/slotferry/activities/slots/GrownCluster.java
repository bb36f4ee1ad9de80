package io.slotferry.activities.slots;

import io.slotferry.activities.OneMind;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Two masters that own all slots, and a third that has joined and owns none. */
final class GrownCluster implements AutoCloseable {
    final LocalCluster cluster;
    final LocalNode source;
    final LocalNode other;
    final LocalNode target;
    final Nodes nodes;
    final ClusterAccess access;
    private final Map<String, String> written = new HashMap<>();

    private GrownCluster(LocalCluster cluster, Optional<Credential> credential) {
        this.cluster = cluster;
        this.source = cluster.masters().get(0);
        this.other = cluster.masters().get(1);
        this.target = cluster.startSpare();
        join(source, target);
        List<LocalNode> members = new ArrayList<>(cluster.nodes());
        members.add(target);
        cluster.awaitReady(members);
        this.nodes = RespNodes.with(name -> credential, credential.map(secret -> "test"));
        this.access = new ClusterAccess(List.of(address(source), address(other)), credential.map(secret -> "test"));
    }

    static GrownCluster on(ServerBinary server, String... config) {
        return new GrownCluster(builder(server).config(config).start(), Optional.empty());
    }

    /** With a replica for each of the two masters. */
    static GrownCluster withReplicas(ServerBinary server) {
        return new GrownCluster(builder(server).replicasPerMaster(1).start(), Optional.empty());
    }

    static GrownCluster withPassword(ServerBinary server, String password) {
        return new GrownCluster(
                builder(server).password(password).start(), Optional.of(new Credential(Optional.empty(), password)));
    }

    static GrownCluster withUser(ServerBinary server, String user, String password) {
        return new GrownCluster(
                builder(server).aclUser(user, password).start(),
                Optional.of(new Credential(Optional.of(user), password)));
    }

    private static LocalClusterBuilder builder(ServerBinary server) {
        return LocalCluster.builder(server).masters(2).replicasPerMaster(0);
    }

    /** Has a member meet a node until that knows it: a handshake that takes longer than the node timeout is given up. */
    static void join(LocalNode member, LocalNode added) {
        try (Jedis host = member.jedis();
                Jedis guest = added.jedis()) {
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
                if (!host.clusterNodes().contains(" " + added.address() + "@")) {
                    host.clusterMeet(added.host(), added.port());
                }
                return guest.clusterNodes().contains(member.nodeId());
            });
        }
    }

    static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }

    static Member member(LocalNode node) {
        return new Member(new NodeId(node.nodeId()), address(node));
    }

    ClusterReader reader() {
        return new ClusterReader(nodes);
    }

    BatchMover mover() {
        return new BatchMover(reader());
    }

    /** These slots from the first master to the new one. */
    BatchOrder order(String slots) {
        return order(slots, Mode.FAST);
    }

    BatchOrder order(String slots, Mode mode) {
        return new BatchOrder(access, 1, 4, mode, List.of(lane(source, target, slots)));
    }

    /** These slots from the first master and those from the second to the new one, in lanes that do not move side by side. */
    BatchOrder order(String slots, String ofOther) {
        return new BatchOrder(
                access, 1, 1, Mode.FAST, List.of(lane(source, target, slots), lane(other, target, ofOther)));
    }

    /** These slots from one master to the other. */
    static Move lane(LocalNode from, LocalNode to, String slots) {
        return new Move(List.of(member(from)), List.of(member(to)), SlotRanges.parse(slots));
    }

    /** The batch of that number, from 1, of a plan for this cluster. */
    BatchOrder order(Plan plan, int number) {
        List<Move> moves = plan.batches().get(number - 1).lanes().stream()
                .map(lane -> new Move(
                        plan.shards().get(lane.source()).members().toList(),
                        plan.shards().get(lane.target()).members().toList(),
                        lane.slots()))
                .toList();
        return new BatchOrder(access, number, 4, Mode.FAST, moves);
    }

    /** Keys that all lie in slots below the limit. */
    void fill(int keys, int slotsBelow) {
        try (Jedis jedis = source.jedis();
                Pipeline pipeline = jedis.pipelined()) {
            for (int i = 0, made = 0; made < keys; i++) {
                String key = "key:" + i;
                if (JedisClusterCRC16.getSlot(key) < slotsBelow) {
                    String value = "value of " + i;
                    pipeline.set(key, value);
                    written.put(key, value);
                    made++;
                }
            }
            pipeline.sync();
        }
    }

    Map<String, String> written() {
        return written;
    }

    /**
     * As somebody who moves a slot by hand does it, who goes on once everybody has heard of it: two nodes that take slots one
     * after the other without that may take them under the same epoch, and then one of them loses its slot.
     */
    void moveByHand(int slot, LocalNode from, LocalNode to) {
        try (Jedis source = from.jedis();
                Jedis target = to.jedis()) {
            target.clusterSetSlotImporting(slot, from.nodeId());
            source.clusterSetSlotMigrating(slot, to.nodeId());
            List<String> keys = source.clusterGetKeysInSlot(slot, 10_000);
            if (!keys.isEmpty()) {
                source.migrate(to.host(), to.port(), 5_000, MigrateParams.migrateParams(), keys.toArray(String[]::new));
            }
            target.clusterSetSlotNode(slot, to.nodeId());
            source.clusterSetSlotNode(slot, to.nodeId());
        }
        OneMind.await(() -> reader().agreed(access));
    }

    /** A key in this slot. */
    static String keyIn(int slot) {
        for (int i = 0; ; i++) {
            if (JedisClusterCRC16.getSlot("{" + i + "}") == slot) {
                return "{" + i + "}";
            }
        }
    }

    /** Once the nodes are of one mind. */
    SlotRanges ownedBy(LocalNode node) {
        return OneMind.await(() -> reader().agreedWhileSlotsMove(access)).cluster().shards().stream()
                .filter(shard -> shard.master().id().value().equals(node.nodeId()))
                .findFirst()
                .orElseThrow()
                .slots();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
