package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.params.MigrateParams;

/** Moving batches on real servers. */
@Execution(ExecutionMode.CONCURRENT)
class BatchMoverIT {
    static Stream<WantedServer> servers() {
        return WantedServer.all();
    }

    static Stream<WantedServer> valkeyWithDatabases() {
        return WantedServer.named("valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_batch_moves_with_all_its_keys_and_a_second_time_there_is_nothing_to_do(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.withReplicas(server)) {
            cluster.fill(5_000, 100);

            BatchOutcome outcome = cluster.mover().move(cluster.order("0-99"), new FreeLifeline());

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.progress().slotsDone()).isEqualTo(100);
            assertThat(outcome.progress().keysMoved()).isEqualTo(5_000);
            assertThat(outcome.resumed()).isZero();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-99"));
            assertThat(keys(cluster.target)).isEqualTo(5_000);
            assertThat(keys(cluster.source)).isZero();
            assertEveryKeyIsThere(cluster);

            BatchOutcome again =
                    cluster.mover().move(cluster.order("0-99"), new FreeLifeline(2, 1, java.util.Optional.empty()));
            assertThat(again.complete()).isTrue();
            assertThat(again.resumed()).isEqualTo(100);
            assertThat(again.progress().keysMoved()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void values_of_every_type_and_times_to_live_arrive_as_they_were(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis()) {
            String tag = GrownCluster.keyIn(7);
            source.hset("hash" + tag, Map.of("a", "1", "b", "2"));
            source.rpush("list" + tag, "x", "y", "z");
            source.sadd("set" + tag, "m", "n");
            source.zadd("zset" + tag, Map.of("one", 1.0, "two", 2.5));
            source.xadd("stream" + tag, Map.of("f", "v"), redis.clients.jedis.params.XAddParams.xAddParams());
            source.set(
                    "ttl" + tag,
                    "lives",
                    redis.clients.jedis.params.SetParams.setParams().ex(10_000));
            source.set("binary\u0000key" + tag, "v");

            cluster.mover().move(cluster.order("0-10"), new FreeLifeline());

            try (Jedis target = cluster.target.jedis()) {
                assertThat(target.hgetAll("hash" + tag)).isEqualTo(Map.of("a", "1", "b", "2"));
                assertThat(target.lrange("list" + tag, 0, -1)).containsExactly("x", "y", "z");
                assertThat(target.smembers("set" + tag)).containsExactlyInAnyOrder("m", "n");
                assertThat(target.zscore("zset" + tag, "two")).isEqualTo(2.5);
                assertThat(target.xlen("stream" + tag)).isEqualTo(1);
                assertThat(target.ttl("ttl" + tag)).isBetween(9_000L, 10_000L);
                assertThat(target.get("binary\u0000key" + tag)).isEqualTo("v");
            }
        }
    }

    @Test
    void a_batch_that_comes_too_late_to_begin_is_left_alone_and_one_under_way_is_finished() {
        try (GrownCluster cluster = GrownCluster.on(ServerBinary.find())) {
            cluster.fill(200, 10);
            BatchOrder late = cluster.order("0-9")
                    .under(new BatchOrder.Terms(
                            Optional.empty(), Optional.of(Instant.now().minusSeconds(1))));

            BatchOutcome none = cluster.mover().move(late, new FreeLifeline());

            assertThat(none.complete()).isFalse();
            assertThat(none.progress().slotsDone()).isZero();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.none());

            try (Jedis source = cluster.source.jedis();
                    Jedis target = cluster.target.jedis()) {
                target.clusterSetSlotImporting(3, cluster.source.nodeId());
                source.clusterSetSlotMigrating(3, cluster.target.nodeId());
            }
            BatchOutcome rest = cluster.mover().move(late, new FreeLifeline());

            assertThat(rest.complete()).isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-9"));
        }
    }

    @ParameterizedTest
    @EnumSource(Mode.class)
    void a_slot_with_more_keys_than_one_listing_holds_moves_in_several_calls(Mode mode) {
        try (GrownCluster cluster = GrownCluster.on(ServerBinary.find());
                Jedis source = cluster.source.jedis()) {
            String tag = GrownCluster.keyIn(3);
            try (var pipeline = source.pipelined()) {
                IntStream.range(0, 3_500).forEach(i -> pipeline.set(i + tag, "v" + i));
            }

            BatchOutcome outcome = cluster.mover().move(cluster.order("0-5", mode), new FreeLifeline());

            assertThat(outcome.progress().keysMoved()).isEqualTo(3_500);
            assertThat(keys(cluster.target)).isEqualTo(3_500);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_stop_ends_at_a_slot_boundary_and_the_next_attempt_goes_on_from_there(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server)) {
            cluster.fill(2_000, 100);
            FreeLifeline first = new FreeLifeline();
            first.stoppingWhen(() -> first.reported()
                    .filter(report -> report.path("slotsDone").asInt() >= 30)
                    .isPresent());

            BatchOutcome part = cluster.mover().move(cluster.order("0-99"), first);

            assertThat(part.complete()).isFalse();
            assertThat(part.progress().slotsDone()).isBetween(30, 99);
            assertThat(cluster.ownedBy(cluster.target).size())
                    .isEqualTo(part.progress().slotsDone());
            assertThat(io.slotferry.planning.ClusterViews.openSlots(cluster.reader()
                            .agreedWhileSlotsMove(cluster.access)
                            .views()))
                    .isEmpty();

            BatchOutcome rest = cluster.mover().move(cluster.order("0-99"), new FreeLifeline(1, 2, first.reported()));
            assertThat(rest.complete()).isTrue();
            assertThat(rest.resumed()).isEqualTo(part.progress().slotsDone());
            assertEveryKeyIsThere(cluster);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_that_an_earlier_attempt_left_open_in_any_stage_are_finished(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.withReplicas(server);
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            cluster.fill(1_000, 50);
            String from = cluster.source.nodeId();
            String to = cluster.target.nodeId();
            // Importing only; importing and migrating; the keys moved; the target told and not the source.
            target.clusterSetSlotImporting(1, from);
            target.clusterSetSlotImporting(2, from);
            source.clusterSetSlotMigrating(2, to);
            target.clusterSetSlotImporting(3, from);
            source.clusterSetSlotMigrating(3, to);
            for (String key : source.clusterGetKeysInSlot(3, 1_000)) {
                source.migrate(cluster.target.host(), cluster.target.port(), 5_000, MigrateParams.migrateParams(), key);
            }
            target.clusterSetSlotImporting(4, from);
            source.clusterSetSlotMigrating(4, to);
            for (String key : source.clusterGetKeysInSlot(4, 1_000)) {
                source.migrate(cluster.target.host(), cluster.target.port(), 5_000, MigrateParams.migrateParams(), key);
            }
            target.clusterSetSlotNode(4, to);
            org.awaitility.Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                try {
                    return cluster.ownedBy(cluster.target).contains(4);
                } catch (io.slotferry.activities.attempt.Halted e) {
                    return false;
                }
            });

            BatchOutcome outcome = cluster.mover().move(cluster.order("0-49"), new FreeLifeline());

            assertThat(outcome.complete()).isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-49"));
            assertThat(io.slotferry.planning.ClusterViews.openSlots(cluster.reader()
                            .agreedWhileSlotsMove(cluster.access)
                            .views()))
                    .isEmpty();
            assertEveryKeyIsThere(cluster);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nodes_that_ask_for_a_password_get_it_and_migrate_carries_it(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.withPassword(server, "s3cret-s3cret")) {
            cluster.fill(500, 20);
            assertThat(cluster.mover()
                            .move(cluster.order("0-19"), new FreeLifeline())
                            .complete())
                    .isTrue();
            assertThat(keys(cluster.target)).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nodes_that_ask_for_an_acl_user_get_it_and_migrate_carries_it(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.withUser(server, "ferry", "s3cret-s3cret")) {
            cluster.fill(500, 20);
            assertThat(cluster.mover()
                            .move(cluster.order("0-19"), new FreeLifeline())
                            .complete())
                    .isTrue();
            assertThat(keys(cluster.target)).isEqualTo(500);
        }
    }

    @ParameterizedTest
    @MethodSource("valkeyWithDatabases")
    void keys_of_every_database_arrive_in_theirs(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server, "cluster-databases 4");
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            String key = GrownCluster.keyIn(5);
            for (int database = 0; database < 4; database++) {
                source.select(database);
                source.set(key, "in " + database);
            }

            cluster.mover().move(cluster.order("0-9"), new FreeLifeline());

            for (int database = 0; database < 4; database++) {
                target.select(database);
                assertThat(target.get(key)).isEqualTo("in " + database);
                source.select(database);
                assertThat(source.dbSize()).isZero();
            }
        }
    }

    private static long keys(io.slotferry.servers.LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.dbSize();
        }
    }

    private static void assertEveryKeyIsThere(GrownCluster cluster) {
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(java.util.Set.of(cluster.source.hostAndPort()))
                .clientConfig(DefaultJedisClientConfig.builder().resp2().build())
                .build()) {
            cluster.written()
                    .forEach((key, value) -> assertThat(client.get(key)).isEqualTo(value));
        }
    }
}
