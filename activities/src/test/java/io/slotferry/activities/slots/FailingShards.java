package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.SafeEncoder;

/** Three masters with a replica each, and a fourth that has joined with its replica: any of them may fail over. */
final class FailingShards implements AutoCloseable {
    final LocalCluster cluster;
    final Nodes nodes;
    final ClusterAccess access;
    final Pair source;
    final Pair target;
    private final Map<LocalNode, Integer> crashes = new ConcurrentHashMap<>();

    /** A replica gives a manual failover up that does not come about within 5 s. */
    private static final Duration ASKED_EACH = Duration.ofSeconds(6);

    /** The two nodes of a shard. */
    record Pair(LocalNode one, LocalNode two) {
        LocalNode master() {
            return isMaster(one) ? one : two;
        }

        LocalNode replica() {
            return isMaster(one) ? two : one;
        }
    }

    private FailingShards(LocalCluster cluster) {
        this.cluster = cluster;
        this.source = new Pair(cluster.masters().get(0), cluster.replicas().get(0));
        this.target = new Pair(cluster.startSpare(), cluster.startSpare());
        join();
        this.nodes = RespNodes.with(name -> Optional.empty(), Optional.empty());
        // The source is a seed, and may be dead.
        this.access = new ClusterAccess(
                List.of(
                        GrownCluster.address(source.one()),
                        GrownCluster.address(cluster.masters().get(1))),
                Optional.empty());
    }

    static FailingShards on(ServerBinary server) {
        return new FailingShards(LocalCluster.builder(server)
                .masters(3)
                .replicasPerMaster(1)
                .startTimeout(Duration.ofMinutes(2))
                // Nobody takes over but who is told to: a busy machine's pause is no failover.
                .config("cluster-node-timeout 1500", "cluster-replica-no-failover yes")
                .start());
    }

    private void join() {
        GrownCluster.join(source.one(), target.one());
        GrownCluster.join(source.one(), target.two());
        try (Jedis replica = target.two().jedis()) {
            String master = target.one().nodeId();
            Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> replica.clusterNodes()
                    .contains(master));
            replica.clusterReplicate(master);
        }
        // As an expansion sets it. A node that restarts has its own again, and only then follows its successor.
        members().forEach(node -> configure(node, "cluster-allow-replica-migration", "no"));
        awaitReady();
    }

    private static void configure(LocalNode node, String parameter, String value) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet(parameter, value);
        }
    }

    private List<LocalNode> members() {
        return Stream.concat(cluster.nodes().stream(), cluster.spares().stream())
                .toList();
    }

    /** Waits until all are of one mind; who crashed by a defect of its own is started again first. */
    void awaitReady() {
        members().forEach(this::startCrashed);
        cluster.awaitReady(members());
    }

    /**
     * Redis 8.6.3 asserts now and then in a master that is failed over by CLUSTER FAILOVER while MIGRATE is at work (server.c:3600,
     * isPausedActions), and may hang in its crash report.
     */
    private void startCrashed(LocalNode node) {
        int reports = crashReports(node);
        if (reports > crashes.getOrDefault(node, 0)) {
            System.out.println(node + " crashed by a defect of its own, and is started again");
            crashes.put(node, reports);
            if (node.isAlive()) {
                node.kill();
            }
            node.start();
        }
    }

    private static int crashReports(LocalNode node) {
        try {
            return Files.readString(node.log(), StandardCharsets.ISO_8859_1).split("BUG REPORT START", -1).length - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until everybody who lives holds a dead node for failed. */
    void awaitFailed(LocalNode dead) {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> members().stream()
                .filter(LocalNode::isAlive)
                .allMatch(node -> holdsForFailed(node, dead.nodeId())));
    }

    private static boolean holdsForFailed(LocalNode node, String id) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes()
                    .lines()
                    .filter(line -> line.startsWith(id))
                    .anyMatch(line -> List.of(line.split(" ")[2].split(",")).contains("fail"));
        }
    }

    ClusterReader reader() {
        return new ClusterReader(nodes);
    }

    BatchOrder order(String slots) {
        return new BatchOrder(
                access,
                1,
                4,
                Mode.STEADY,
                List.of(new Move(
                        List.of(GrownCluster.member(source.one()), GrownCluster.member(source.two())),
                        List.of(GrownCluster.member(target.one()), GrownCluster.member(target.two())),
                        SlotRanges.parse(slots))));
    }

    /** How a shard's master goes. */
    enum Way {
        /** In agreement with its master, which loses nothing. */
        FAILOVER,
        /** Without asking the master. */
        FORCE,
        /** The master dies by SIGKILL. */
        DEATH
    }

    /** Returns once one has taken over from the other by their own word; a death is not waited for. */
    void failOver(Pair shard, Way way) {
        LocalNode replica = shard.replica();
        if (way == Way.DEATH) {
            configure(replica, "cluster-replica-no-failover", "no");
            shard.master().kill();
            return;
        }
        LocalNode before = replica.equals(shard.one()) ? shard.two() : shard.one();
        try {
            awaitTakenOver(before, replica, way);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(way + " of " + before + ":\n" + ownLine(before) + "\n" + ownLine(replica), e);
        }
    }

    private static void awaitTakenOver(LocalNode before, LocalNode replica, Way way) {
        AtomicLong asked = new AtomicLong(System.nanoTime() - ASKED_EACH.toNanos());
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            boolean due = System.nanoTime() - asked.get() >= ASKED_EACH.toNanos();
            if (due && !isMaster(replica)) {
                askToTakeOver(replica, way);
                asked.set(System.nanoTime());
            }
            return isMaster(replica) && hasStoodDown(before);
        });
    }

    private static void askToTakeOver(LocalNode replica, Way way) {
        try (Jedis jedis = replica.jedis()) {
            if (way == Way.FORCE) {
                jedis.sendCommand(
                        Protocol.Command.CLUSTER, SafeEncoder.encode("FAILOVER"), SafeEncoder.encode("FORCE"));
            } else {
                jedis.sendCommand(Protocol.Command.CLUSTER, SafeEncoder.encode("FAILOVER"));
            }
        } catch (JedisDataException e) {
            if (e.getMessage().contains("Master is down or failed")) {
                // It crashed over the request before.
                configure(replica, "cluster-replica-no-failover", "no");
                return;
            }
            // It has become the master just now.
            assertThat(isMaster(replica)).as(e.getMessage()).isTrue();
        }
    }

    /** Starts a node that died as soon as its shard has another master, as whoever watches over processes would. */
    Thread supervise(Pair shard, LocalNode node) {
        Thread supervisor = new Thread(
                () -> {
                    LocalNode other = node.equals(shard.one()) ? shard.two() : shard.one();
                    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> !node.isAlive() && isMaster(other));
                    node.start();
                },
                "supervisor");
        supervisor.start();
        return supervisor;
    }

    /** Whether it follows its successor, or has no slot left: such a one is given to its successor at the next gate. */
    private static boolean hasStoodDown(LocalNode before) {
        return !isMaster(before) || before.ownedSlots().isEmpty();
    }

    private static String ownLine(LocalNode node) {
        try {
            return node.ownLine();
        } catch (JedisException e) {
            return node + ": " + e.getMessage();
        }
    }

    /** Whether a node that answers calls itself a master. */
    static boolean isMaster(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes().lines().anyMatch(line -> line.contains("myself,master"));
        } catch (JedisException e) {
            return false;
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
