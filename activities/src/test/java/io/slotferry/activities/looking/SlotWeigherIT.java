package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.Balance;
import io.slotferry.planning.Evenness;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.SlotWeights;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.contract.WeighedSlots;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Weights of slots on real clusters, with CLUSTER SLOT-STATS and without. */
class SlotWeigherIT {
    private static final int HOT = JedisClusterCRC16.getSlot("{hot}");

    static Stream<WantedServer> servers() {
        return Stream.of("redis-7.0", "redis-8.6", "valkey-9.1").flatMap(WantedServer::named);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_weigh_what_their_keys_are_and_a_plan_by_them_is_even(WantedServer wanted)
            throws JsonProcessingException {
        try (LocalCluster local = LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start()) {
            LocalNode spare = local.startSpare();
            try (Jedis hot = local.masters().get(owner(HOT)).jedis()) {
                fill(local);
                for (int i = 0; i < 300; i++) {
                    hot.set("{hot}" + i, "x".repeat(i % 2 == 0 ? 1_000 : 3_000));
                }
            }

            SlotWeights keys = weigh(local, spare, Balance.KEYS).slots();
            assertThat(keys.sum()).isEqualTo(2_300);
            assertThat(keys.of(HOT)).isGreaterThanOrEqualTo(300);

            SlotWeights bytes = weigh(local, spare, Balance.MEMORY).slots();
            assertThat(bytes.of(HOT)).isBetween(300L * 1_000, 300L * 4_000);

            PlanAnswer answer = planner().make(request(local, spare, Balance.KEYS), BigKeys.NONE, Optional.of(keys));
            Evenness evenness = answer.plan().orElseThrow().evenness().orElseThrow();
            assertThat(evenness.mostBefore()).isGreaterThan(900);
            assertThat(evenness.mostAfter() - evenness.leastAfter()).isLessThan(5);
            assertThat(answer.text()).contains("Chosen by keys: now 0 to ");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void the_load_of_a_busy_slot_shows(WantedServer wanted) throws JsonProcessingException {
        try (LocalCluster local = LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start()) {
            LocalNode spare = local.startSpare();
            boolean stats = wanted.toString().startsWith("valkey");
            for (LocalNode master : local.masters()) {
                try (Jedis jedis = master.jedis()) {
                    if (stats) {
                        jedis.configSet("cluster-slot-stats-enabled", "yes");
                    }
                }
            }
            // On a busy machine a server's own chores may take longer now and then.
            await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> {
                WeighedSlots idle = weigh(local, spare, Balance.LOAD);
                assertThat(idle.how()).startsWith("all slots the same, since hardly any load was seen");
                assertThat(idle.slots().sum()).isZero();
            });

            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> {
                try (Jedis jedis = local.masters().get(owner(HOT)).jedis();
                        Pipeline pipeline = jedis.pipelined()) {
                    while (!over.get()) {
                        for (int i = 0; i < 100; i++) {
                            pipeline.incr("{hot}");
                        }
                        pipeline.sync();
                    }
                }
            });
            try {
                // Once the client gets enough of a busy machine to be a load.
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertShows(weigh(local, spare, Balance.LOAD), stats));
            } finally {
                over.set(true);
                busy.join();
            }
        }
    }

    private static void assertShows(WeighedSlots weighed, boolean stats) {
        SlotWeights load = weighed.slots();
        SlotRanges own = SlotRanges.parse(owner(HOT) == 0 ? "0-5460" : owner(HOT) == 1 ? "5461-10922" : "10923-16383");
        assertThat(load.of(own)).isGreaterThan(load.sum() / 2);
        assertThat(weighed.how()).contains(stats ? "cpu-usec of CLUSTER SLOT-STATS" : "shared out among its slots");
        if (stats) {
            assertThat(load.of(HOT)).isGreaterThan(load.sum() / 2);
        }
    }

    private static void fill(LocalCluster local) {
        for (int i = 0; i < 2_000; i++) {
            String key = "key:" + i;
            try (Jedis jedis =
                    local.masters().get(owner(JedisClusterCRC16.getSlot(key))).jedis()) {
                jedis.set(key, "value");
            }
        }
    }

    private static int owner(int slot) {
        return slot <= 5_460 ? 0 : slot <= 10_922 ? 1 : 2;
    }

    private static WeighedSlots weigh(LocalCluster local, LocalNode spare, Balance balance)
            throws JsonProcessingException {
        return new SlotWeigher(reader(), Duration.ofSeconds(2)).weigh(request(local, spare, balance));
    }

    private static PlanMaker planner() {
        return new PlanMaker(reader());
    }

    private static ClusterReader reader() {
        return new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
    }

    private static ExpandRequest request(LocalCluster local, LocalNode spare, Balance balance)
            throws JsonProcessingException {
        return RequestReader.read(SlotferryJson.mapper()
                .readTree("""
                {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]}, "backup": "none",
                 "balance": "%s"}""".formatted(local.masters().get(0).address(), spare.address(), balance)));
    }
}
