package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RdbStream;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;

/** A cluster, and backups of it without Temporal. */
final class BackupLab {
    /** The worker's entry "minio" opens {@link S3Server}, the entry "denied" does not. */
    static final Stores STORES = new Stores(name -> switch (name) {
        case "minio" -> Optional.of(new Credential(Optional.of("slotferry"), "a s3cret"));
        case "denied" -> Optional.of(new Credential(Optional.of("slotferry"), "another s3cret"));
        default -> Optional.empty();
    });

    private BackupLab() {}

    static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }

    static ClusterAccess access(LocalCluster cluster) {
        return new ClusterAccess(
                cluster.masters().stream().map(BackupLab::address).toList(), Optional.empty());
    }

    static BackupOrder order(LocalCluster cluster, String store, BackupOptions options) {
        return new BackupOrder(
                access(cluster), "orders", store, options, "expand-orders", "0a1b2c3d-run", Instant.now());
    }

    static Nodes nodes() {
        return RespNodes.with(Credentials.none(), Optional.empty());
    }

    static Backup backUp(BackupOrder order) {
        return backUp(order, nodes(), new FreeLifeline());
    }

    static Backup backUp(BackupOrder order, Nodes nodes, Lifeline lifeline) {
        return BackupRun.make(new ClusterReader(nodes), STORES, order, lifeline);
    }

    /** Keys of several types, some of them with a TTL that outlives the test. */
    static void fill(LocalCluster cluster, int keys) {
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(java.util.Set.of(cluster.masters().get(0).hostAndPort()))
                .build()) {
            for (int i = 0; i < keys; i++) {
                switch (i % 4) {
                    case 0 -> client.set("string:" + i, "value " + i);
                    case 1 -> client.hset("hash:" + i, "field", "value " + i);
                    case 2 -> client.rpush("list:" + i, "a", "b", Integer.toString(i));
                    default ->
                        client.set(
                                "expiring:" + i,
                                "value " + i,
                                redis.clients.jedis.params.SetParams.setParams().ex(100_000));
                }
            }
        }
    }

    /** Some megabytes that do not compress. */
    static void fillWithNoise(LocalNode node, int keys, int bytes) {
        java.util.Random random = new java.util.Random(3);
        try (Jedis jedis = node.jedis()) {
            int slot = Integer.parseInt(node.ownLine().replaceAll(".* (\\d+)-\\d+$", "$1"));
            String tag = tagOf(slot);
            for (int i = 0; i < keys; i++) {
                byte[] value = new byte[bytes];
                random.nextBytes(value);
                jedis.set(("{" + tag + "}" + i).getBytes(java.nio.charset.StandardCharsets.UTF_8), value);
            }
        }
    }

    private static String tagOf(int slot) {
        for (int i = 0; ; i++) {
            String tag = Integer.toString(i);
            if (redis.clients.jedis.util.JedisClusterCRC16.getSlot(tag) == slot) {
                return tag;
            }
        }
    }

    /** Every file below a folder, relative to it, in order. */
    static List<String> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Real nodes, whose data comes by a way of the test's own. */
    record Diverted(Nodes real, BiFunction<NodeAddress, Runnable, RdbStream> way) implements Nodes {
        @Override
        public Node look(NodeAddress address) {
            return real.look(address);
        }

        @Override
        public ChangingNode change(NodeAddress address, ConnectionName name, Duration limit) {
            throw new UnsupportedOperationException("a backup changes nothing");
        }

        @Override
        public RdbStream rdb(NodeAddress address, Runnable waiting) {
            return way.apply(address, waiting);
        }

        @Override
        public Optional<String> knock(NodeAddress address) {
            return real.knock(address);
        }

        @Override
        public Optional<String> canary(Collection<NodeAddress> seeds, int slot) {
            throw new UnsupportedOperationException("a backup writes no key");
        }
    }
}
