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
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
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

    private static void assertMoves(GrownCluster cluster, long turn) {
        assertThat(cluster.mover()
                        .move(cluster.order(ORDER), new FreeLifeline(turn, 1, Optional.empty()))
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

    @Test
    void keys_that_are_written_to_by_the_ten_thousand_while_they_move_lose_no_write() throws InterruptedException {
        List<String> keys =
                IntStream.range(0, 1_000).mapToObj(MovingUnderStrainIT::key).toList();
        try (GrownCluster cluster = cluster("redis-7.0");
                PipelinedWrites writes = new PipelinedWrites(cluster.source, cluster.target, keys)) {
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > 20_000);

            assertMoves(cluster, 1);

            long moved = writes.count();
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > moved + 20_000);
            assertThat(writes.lost()).isEmpty();
            assertThat(keys(cluster.target)).isEqualTo(1_000);
            assertThat(keys(cluster.source)).isZero();
        }
    }

    @Test
    void keys_that_expire_in_flight_are_gone_and_the_others_arrive() {
        try (GrownCluster cluster = cluster("redis-7.0");
                Jedis source = cluster.source.jedis()) {
            cluster.fill(2_000, SLOTS);
            // Some expire before they are listed, some after, some on the target.
            for (int i = 0; i < 2_000; i++) {
                source.set("brief:" + key(i), "x", SetParams.setParams().px(1 + i / 2));
            }

            assertMoves(cluster, 1);

            assertAllArrived(cluster);
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> keys(cluster.target) == 2_000);
            assertThat(keys(cluster.source)).isZero();
        }
    }

    @Test
    void a_target_without_memory_halts_it_by_its_answer_and_with_room_it_goes_on() {
        try (GrownCluster cluster = cluster("redis-7.0");
                Jedis target = cluster.target.jedis()) {
            cluster.fill(2_000, SLOTS);
            target.configSet("maxmemory", "1mb");

            Halt halt = haltOf(cluster, cluster.order(ORDER));

            assertThat(halt.kind()).isEqualTo(FailureKind.MIGRATE_FAILED);
            assertThat(halt.evidence()).singleElement().asString().contains("OOM");
            assertThat(keys(cluster.source) + keys(cluster.target)).isEqualTo(2_000);
            target.configSet("maxmemory", "0");
            assertMoves(cluster, 2);
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

    @Test
    void a_source_whose_core_is_taken_by_scripts_gives_its_slots_all_the_same() {
        try (GrownCluster cluster = cluster("redis-7.0")) {
            cluster.fill(1_000, SLOTS);
            try (BusyCore busy = new BusyCore(cluster.source, 2, Duration.ofMillis(20))) {
                assertMoves(cluster, 1);
            }
            assertAllArrived(cluster);
        }
    }

    @Test
    void a_hash_of_200_megabytes_in_the_way_halts_it_by_name_and_is_not_touched() {
        try (GrownCluster cluster = cluster("redis-7.0");
                Jedis source = cluster.source.jedis()) {
            cluster.fill(1_000, SLOTS);
            String key = "large:" + GrownCluster.keyIn(3);
            String piece = "x".repeat(10 << 20);
            for (int i = 0; i < 20; i++) {
                source.hset(key, "field:" + i, piece);
            }

            Halt halt = haltOf(cluster, cluster.order(ORDER));

            assertThat(halt.kind()).isEqualTo(FailureKind.KEY_TOO_LARGE);
            assertThat(halt.evidence()).singleElement().asString().contains(key, "limit 104857600 (bigKeys.hardLimit)");
            assertThat(source.hlen(key)).isEqualTo(20);
            source.unlink(key);
            assertMoves(cluster, 2);
            assertAllArrived(cluster);
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
