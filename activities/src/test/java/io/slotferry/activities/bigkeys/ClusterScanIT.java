package io.slotferry.activities.bigkeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.CaughtUp;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.Engine;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Big keys of real clusters are found, on replicas, and a scan goes on where it was interrupted. */
class ClusterScanIT {
    private static final int SMALL_KEYS = 3_000;
    private static final Pace.Rates AT_ONCE = new Pace.Rates(10_000_000, 10_000_000);
    private static final BigKeyLimits LIMITS = new BigKeyLimits(ByteSize.parse("64KB"), ByteSize.parse("1MB"));
    private static final Map<WantedServer, LocalCluster> CLUSTERS = new ConcurrentHashMap<>();

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-7.0", "valkey-9.1");
    }

    private static LocalCluster on(WantedServer server) {
        return CLUSTERS.computeIfAbsent(server, wanted -> filled(wanted.orSkip(TestAbortedException::new)));
    }

    private static LocalCluster filled(ServerBinary server) {
        boolean databases = server.engine() == Engine.VALKEY;
        LocalCluster local = LocalCluster.builder(server)
                .config(databases ? new String[] {"cluster-databases 2"} : new String[0])
                .start();
        LocalNode seed = local.masters().get(0);
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(java.util.Set.of(seed.hostAndPort()))
                .clientConfig(seed.clientConfig())
                .build()) {
            IntStream.range(0, SMALL_KEYS).forEach(i -> client.set("key:" + i, "value of " + i));
            IntStream.range(0, 100).forEach(i -> client.hset("cart", "field" + i, "x".repeat(2_000)));
            client.set("blob", "x".repeat(2 << 20));
        }
        if (databases) {
            try (Jedis jedis = ownerOf(local, "elsewhere").jedis()) {
                jedis.select(1);
                jedis.set("elsewhere", "x".repeat(100_000));
            }
        }
        local.awaitReady();
        CaughtUp.await(local);
        return local;
    }

    private static LocalNode ownerOf(LocalCluster local, String key) {
        int slot = JedisClusterCRC16.getSlot(key);
        return local.masters().get(slot <= 5_460 ? 0 : slot <= 10_922 ? 1 : 2);
    }

    private static ClusterAccess access(LocalCluster local) {
        LocalNode seed = local.masters().get(0);
        return new ClusterAccess(List.of(new NodeAddress(seed.host(), seed.port())), Optional.empty());
    }

    private static BigKeys scan(LocalCluster local, Lifeline lifeline) {
        ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
        return new ClusterScan(reader, lifeline, LIMITS, AT_ONCE).scan(access(local));
    }

    private static long keys(WantedServer server) {
        return SMALL_KEYS + (server.name().startsWith("valkey") ? 3L : 2L);
    }

    @AfterAll
    static void close() {
        CLUSTERS.values().forEach(LocalCluster::close);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void every_key_is_looked_at_on_replicas_and_big_ones_are_named_with_type_size_slot_and_block(WantedServer server) {
        LocalCluster local = on(server);

        BigKeys found = scan(local, new FreeLifeline());

        int cart = JedisClusterCRC16.getSlot("cart");
        int blob = JedisClusterCRC16.getSlot("blob");
        assertThat(found.scanned()).isEqualTo(keys(server));
        assertThat(found.keys()).extracting(BigKey::name).startsWith("blob", "cart");
        assertThat(found.keys().get(0).type()).isEqualTo("string");
        assertThat(found.keys().get(0).bytes()).isBetween(2L << 20, 3L << 20);
        assertThat(found.keys()).allMatch(BigKey::measured);
        assertThat(found.keys()).allMatch(key -> key.block().toNanos() > 0);
        assertThat(found.keys().get(1).type()).isEqualTo("hash");
        assertThat(found.keys().get(1).slot()).isEqualTo(cart);
        assertThat(found.keys()).allMatch(key -> local.replicas().stream()
                .anyMatch(replica -> replica.address().equals(key.node().toString())));
        assertThat(found.overLimit().containsAll(SlotRanges.ofSlots(IntStream.of(cart, blob))))
                .isTrue();
        assertThat(found.overHardLimit()).isEqualTo(SlotRanges.ofSlots(IntStream.of(blob)));
        if (server.name().startsWith("valkey")) {
            assertThat(found.keys()).anyMatch(key -> key.name().equals("elsewhere") && key.database() == 1);
        }
        CheckResult answer = found.answer(LIMITS);
        assertThat(answer.verdict()).isEqualTo(Verdict.WARN);
        assertThat(answer.evidence())
                .contains("cart (hash, ", "slot " + cart, " s (measured by DUMP), cluster-node-timeout is 5.0 s");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_scan_that_was_interrupted_goes_on_from_its_last_heartbeat(WantedServer server) {
        LocalCluster local = on(server);
        JsonNode half = interrupted(local);
        half.path("shards").forEach(shard -> ((ObjectNode) shard)
                .put("scanned", shard.path("scanned").asLong() + 1_000_000));

        BigKeys found = scan(local, new FreeLifeline(1, 2, Optional.of(half)));

        // What was counted before is counted on from, and no key twice.
        assertThat(found.scanned())
                .isEqualTo(keys(server) + 1_000_000L * half.path("shards").size());
        assertThat(found.overHardLimit().contains(JedisClusterCRC16.getSlot("blob")))
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_cursor_of_another_process_is_not_gone_on_from(WantedServer server) {
        LocalCluster local = on(server);
        JsonNode half = interrupted(local);
        half.path("shards")
                .forEach(shard -> ((ObjectNode) shard).put("scanned", 1_000_000).put("runId", "another"));

        BigKeys found = scan(local, new FreeLifeline(1, 2, Optional.of(half)));

        assertThat(found.scanned()).isEqualTo(keys(server));
    }

    /** The last report of an attempt that was stopped among its first pages. */
    private static JsonNode interrupted(LocalCluster local) {
        AtomicInteger pages = new AtomicInteger();
        FreeLifeline lifeline = new FreeLifeline().stoppingWhen(() -> pages.incrementAndGet() > 6);
        assertThatThrownBy(() -> scan(local, lifeline)).isInstanceOf(Lifeline.Superseded.class);
        JsonNode report = lifeline.reported().orElseThrow();
        assertThat(report.path("shards"))
                .isNotEmpty()
                .allMatch(shard -> shard.path("scanned").asLong() > 0);
        assertThat(report.path("shards")).anyMatch(shard -> !shard.path("done").asBoolean());
        return report;
    }
}
