package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.MigrateParams;

/**
 * Collections that a MIGRATE has left on both sides, since its answer was late. It is large ones that this happens to, and two
 * servers keep those in two orders.
 */
@Execution(ExecutionMode.CONCURRENT)
class LeftCopiesIT {
    private static final int ELEMENTS = 2_000;
    private static final String HASH = "hash" + GrownCluster.keyIn(0);
    private static final String SET = "set" + GrownCluster.keyIn(1);
    private static final String SORTED = "sorted" + GrownCluster.keyIn(2);
    private static final String LIST = "list" + GrownCluster.keyIn(3);
    private static final String STREAM = "stream" + GrownCluster.keyIn(4);

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-6.2", "redis-7.0", "redis-8.6", "valkey-9.1");
    }

    static Stream<WantedServer> serversWhoseFieldsExpire() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    private static GrownCluster withCollections(WantedServer wanted) {
        GrownCluster cluster = GrownCluster.on(wanted.orSkip(TestAbortedException::new));
        try (Jedis source = cluster.source.jedis()) {
            for (int i = 0; i < ELEMENTS; i++) {
                source.hset(HASH, "field " + i, "value " + i);
                source.sadd(SET, "member " + i);
                source.zadd(SORTED, i / 7.0, "member " + i);
                source.rpush(LIST, "element " + i % 13);
            }
            source.xadd(STREAM, StreamEntryID.NEW_ENTRY, Map.of("a", "b"));
        }
        return cluster;
    }

    private static void leaveCopy(GrownCluster cluster, int slot, String key) {
        try (Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            target.clusterSetSlotImporting(slot, cluster.source.nodeId());
            source.clusterSetSlotMigrating(slot, cluster.target.nodeId());
            source.migrate(
                    cluster.target.host(),
                    cluster.target.port(),
                    5_000,
                    MigrateParams.migrateParams().copy(),
                    key);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void equal_collections_are_replaced_by_the_sources_in_whatever_order_they_are_kept(WantedServer wanted) {
        try (GrownCluster cluster = withCollections(wanted);
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            List<String> keys = List.of(HASH, SET, SORTED, LIST, STREAM);
            for (int slot = 0; slot < keys.size(); slot++) {
                leaveCopy(cluster, slot, keys.get(slot));
            }

            assertThat(cluster.mover()
                            .move(cluster.order("0-4"), new FreeLifeline())
                            .complete())
                    .isTrue();

            assertThat(source.dbSize()).isZero();
            assertThat(target.hlen(HASH)).isEqualTo(ELEMENTS);
            assertThat(target.scard(SET)).isEqualTo(ELEMENTS);
            assertThat(target.zcard(SORTED)).isEqualTo(ELEMENTS);
            assertThat(target.llen(LIST)).isEqualTo(ELEMENTS);
            assertThat(target.xlen(STREAM)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void collections_that_differ_in_one_element_halt_it_and_both_are_kept(WantedServer wanted) {
        try (GrownCluster cluster = withCollections(wanted)) {
            assertHalts(cluster, 0, HASH, source -> source.hset(HASH, "field 7", "value 8"));
            assertHalts(cluster, 1, SET, source -> {
                source.srem(SET, "member 7");
                source.sadd(SET, "member 07");
            });
            assertHalts(cluster, 2, SORTED, source -> source.zincrby(SORTED, 0.5, "member 7"));
            assertHalts(cluster, 3, LIST, source -> {
                source.lset(LIST, 0, "element 1");
                source.lset(LIST, 1, "element 0");
            });
        }
    }

    @ParameterizedTest
    @MethodSource("serversWhoseFieldsExpire")
    void hashes_whose_fields_expire_at_other_times_halt_it(WantedServer wanted) {
        try (GrownCluster cluster = withCollections(wanted)) {
            assertHalts(cluster, 0, HASH, source -> source.hpexpireAt(HASH, 4_102_444_800_000L, "field 7"));
        }
    }

    /** What is changed on the source once a copy was left on the target halts the batch; then the slot is closed again. */
    private static void assertHalts(GrownCluster cluster, int slot, String key, Consumer<Jedis> change) {
        leaveCopy(cluster, slot, key);
        try (Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            change.accept(source);

            Halt halt = catchThrowableOfType(Halted.class, () -> cluster.mover()
                            .move(
                                    cluster.order(Integer.toString(slot)),
                                    new FreeLifeline(slot + 1, 1, Optional.empty())))
                    .halt();

            assertThat(halt.kind()).isEqualTo(FailureKind.KEY_ON_BOTH_SIDES);
            assertThat(halt.evidence().get(0)).endsWith("key " + key);
            assertThat(source.exists(key)).isTrue();
            target.asking();
            assertThat(target.exists(key)).isTrue();
            source.clusterSetSlotStable(slot);
            target.clusterSetSlotStable(slot);
        }
    }
}
