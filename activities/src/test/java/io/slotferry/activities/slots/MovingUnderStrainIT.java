package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.BusyCore;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/** What makes slots hard to move: each ends moved, or halted with the reason, and no write is lost. */
@Execution(ExecutionMode.CONCURRENT)
class MovingUnderStrainIT {
    private static final int SLOTS = 10;
    private static final String ORDER = "0-9";

    private static GrownCluster cluster(String server, String... config) {
        return GrownCluster.on(new WantedServer(server).orSkip(TestAbortedException::new), config);
    }

    private static Halt haltOf(GrownCluster cluster, BatchOrder order) {
        Halted halted = catchThrowableOfType(Halted.class, () -> cluster.mover().move(order, new FreeLifeline()));
        assertThat(halted).as("the batch halts").isNotNull();
        return halted.halt();
    }

    /** Key by key on every kind of server, and by the servers' own migration where there is one. */
    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("redis-7.0", Migration.KEYS),
                Arguments.of("redis-8.6", Migration.KEYS),
                Arguments.of("valkey-9.1", Migration.KEYS),
                Arguments.of("redis-8.6", Migration.ATOMIC),
                Arguments.of("valkey-9.1", Migration.ATOMIC));
    }

    private static void assertMoves(GrownCluster cluster, long turn) {
        assertMoves(cluster, Migration.KEYS, turn);
    }

    private static void assertMoves(GrownCluster cluster, Migration migration, long turn) {
        assertThat(cluster.mover()
                        .move(cluster.order(ORDER).by(migration), new FreeLifeline(turn, 1, Optional.empty()))
                        .complete())
                .isTrue();
        assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse(ORDER));
    }

    private static void assertAllArrived(GrownCluster cluster) {
        try (Jedis target = cluster.target.jedis()) {
            for (Map.Entry<String, String> key : cluster.written().entrySet()) {
                assertThat(target.get(key.getKey())).isEqualTo(key.getValue());
            }
        }
    }

    private static String key(int i) {
        return GrownCluster.keyIn(i % SLOTS) + ":" + i;
    }

    private static long keys(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.dbSize();
        }
    }

    /** More than the 30,000 a second at which Valkey's own migration is said to give up, where the machine allows it. */
    @ParameterizedTest
    @MethodSource("ways")
    void keys_that_are_written_to_by_the_ten_thousand_while_they_move_lose_no_write(String server, Migration migration)
            throws InterruptedException {
        List<String> keys =
                IntStream.range(0, 1_000).mapToObj(MovingUnderStrainIT::key).toList();
        try (GrownCluster cluster = cluster(server);
                PipelinedWrites writes = new PipelinedWrites(cluster.source, cluster.target, keys)) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > 20_000);

            long before = writes.count();
            long began = System.nanoTime();
            assertMoves(cluster, migration, 1);

            long moved = writes.count();
            System.out.printf(
                    "%s, %s: %,d writes a second to the moving slots%n",
                    server, migration, (moved - before) * 1_000_000_000 / (System.nanoTime() - began));
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > moved + 20_000);
            assertThat(writes.lost()).isEmpty();
            assertThat(keys(cluster.target)).isEqualTo(1_000);
            awaitEmptySource(cluster);
        }
    }

    /** What a job has handed over is deleted in the background. */
    private static void awaitEmptySource(GrownCluster cluster) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> keys(cluster.source) == 0);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void keys_that_expire_in_flight_are_gone_and_the_others_arrive(String server, Migration migration) {
        try (GrownCluster cluster = cluster(server);
                Jedis source = cluster.source.jedis()) {
            cluster.fill(2_000, SLOTS);
            // Some expire before they are listed, some after, some on the target.
            for (int i = 0; i < 2_000; i++) {
                source.set("brief:" + key(i), "x", SetParams.setParams().px(1 + i / 2));
            }

            assertMoves(cluster, migration, 1);

            assertAllArrived(cluster);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> keys(cluster.target) == 2_000);
            awaitEmptySource(cluster);
        }
    }

    /** Jobs that lack room give way to keys, which have the last word. */
    @ParameterizedTest
    @MethodSource("ways")
    void a_target_without_memory_halts_it_by_its_answer_and_with_room_it_goes_on(String server, Migration migration) {
        try (GrownCluster cluster = cluster(server);
                Jedis target = cluster.target.jedis()) {
            cluster.fill(2_000, SLOTS);
            target.configSet("maxmemory", "1mb");

            Halt halt = haltOf(cluster, cluster.order(ORDER).by(migration));

            assertThat(halt.kind()).isEqualTo(FailureKind.MIGRATE_FAILED);
            assertThat(halt.evidence()).singleElement().asString().contains("OOM");
            assertThat(keys(cluster.source) + keys(cluster.target)).isEqualTo(2_000);
            target.configSet("maxmemory", "0");
            assertMoves(cluster, migration, 2);
            assertAllArrived(cluster);
        }
    }

    /** Such a node queues no command of a transaction, and is why somebody adds masters. */
    @ParameterizedTest
    @ValueSource(strings = {"redis-6.2", "redis-7.0", "valkey-9.1"})
    void a_source_over_its_maxmemory_gives_its_slots_all_the_same(String server) {
        try (GrownCluster cluster = cluster(server);
                Jedis source = cluster.source.jedis()) {
            cluster.fill(2_000, SLOTS);
            source.configSet("maxmemory", "1mb");
            assertThatThrownBy(() -> source.set(key(0), "refused")).hasMessageStartingWith("OOM");

            assertMoves(cluster, 1);

            assertAllArrived(cluster);
            assertThat(keys(cluster.source)).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void a_source_whose_core_is_taken_by_scripts_gives_its_slots_all_the_same(String server, Migration migration) {
        try (GrownCluster cluster = cluster(server)) {
            cluster.fill(1_000, SLOTS);
            try (BusyCore busy = new BusyCore(cluster.source, 2, Duration.ofMillis(20))) {
                assertMoves(cluster, migration, 1);
            }
            assertAllArrived(cluster);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis-7.0", "redis-8.6", "valkey-9.1"})
    void a_hash_of_200_megabytes_in_the_way_halts_it_by_name_and_is_not_touched(String server) {
        try (GrownCluster cluster = cluster(server);
                Jedis source = cluster.source.jedis()) {
            cluster.fill(1_000, SLOTS);
            String key = "large:" + GrownCluster.keyIn(3);
            fillHash(cluster.source, key);

            Halt halt = haltOf(cluster, cluster.order(ORDER));

            assertThat(halt.kind()).isEqualTo(FailureKind.KEY_TOO_LARGE);
            assertThat(halt.evidence()).singleElement().asString().contains(key, "limit 104857600 (bigKeys.hardLimit)");
            assertThat(source.hlen(key)).isEqualTo(20);
            source.unlink(key);
            assertMoves(cluster, 2);
            assertAllArrived(cluster);
        }
    }

    /** It grew since the plan was made, which goes round such a slot. */
    @ParameterizedTest
    @ValueSource(strings = {"redis-8.6", "valkey-9.1"})
    void a_hash_of_200_megabytes_in_the_way_of_a_job_moves_with_its_slot(String server) {
        try (GrownCluster cluster = cluster(server);
                Jedis target = cluster.target.jedis()) {
            cluster.fill(1_000, SLOTS);
            String key = "large:" + GrownCluster.keyIn(3);
            fillHash(cluster.source, key);

            assertMoves(cluster, Migration.ATOMIC, 1);

            assertThat(target.hlen(key)).isEqualTo(20);
            assertAllArrived(cluster);
        }
    }

    private static void fillHash(LocalNode node, String key) {
        String piece = "x".repeat(10 << 20);
        try (Jedis jedis = node.jedis()) {
            for (int i = 0; i < 20; i++) {
                jedis.hset(key, "field:" + i, piece);
            }
        }
    }

    /** It takes none while a replica of its own does not acknowledge them. */
    @Test
    void a_master_of_valkey_whose_replica_is_frozen_gives_its_slots_once_that_is_back() {
        ServerBinary server = new WantedServer("valkey-9.1").orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.withReplicas(server)) {
            cluster.fill(1_000, SLOTS);
            LocalNode replica = cluster.cluster.replicas().get(0);
            AtomicBoolean frozen = new AtomicBoolean();
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {
                if (call.method().equals("setSlots") && frozen.compareAndSet(false, true)) {
                    replica.suspend();
                }
                if (hasRefused(cluster.source)) {
                    replica.resume();
                }
            });

            BatchOutcome outcome =
                    new BatchMover(new ClusterReader(nodes)).move(cluster.order(ORDER), new FreeLifeline());

            assertThat(outcome.complete()).isTrue();
            assertThat(hasRefused(cluster.source)).isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse(ORDER));
            assertAllArrived(cluster);
        }
    }

    private static boolean hasRefused(LocalNode master) {
        try (Jedis jedis = master.jedis()) {
            return jedis.info("errorstats").contains("errorstat_NOREPLICAS");
        }
    }
}
