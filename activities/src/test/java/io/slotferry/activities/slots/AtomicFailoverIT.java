package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.CaughtUp;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.FailingShards.Pair;
import io.slotferry.activities.slots.FailingShards.Way;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** Shards whose master dies in the middle of a migration job. */
@Execution(ExecutionMode.CONCURRENT)
class AtomicFailoverIT {
    private static final int KEYS = 1_000;

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_source_that_dies_in_the_middle_of_a_job_is_followed_by_its_replica(WantedServer wanted) throws Exception {
        moveWhileItDies(wanted, shards -> shards.source);
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_target_that_dies_in_the_middle_of_a_job_is_followed_by_its_replica(WantedServer wanted) throws Exception {
        moveWhileItDies(wanted, shards -> shards.target);
    }

    private static void moveWhileItDies(WantedServer wanted, Function<FailingShards, Pair> which) throws Exception {
        try (FailingShards shards = FailingShards.on(wanted.orSkip(TestAbortedException::new))) {
            // A replica takes over from a master that owns slots, and from no other.
            new BatchMover(shards.reader()).move(shards.order("2000-2009"), new FreeLifeline());
            shards.awaitReady();
            Pair failing = which.apply(shards);
            LocalNode before = failing.master();
            String tag = GrownCluster.keyIn(7);
            fill(shards.source, tag);
            Thread supervisor = shards.supervise(failing, before);

            MeddledNodes nodes = new MeddledNodes(shards.nodes, dying(shards, failing));
            BatchOutcome outcome = new BatchMover(new ClusterReader(nodes))
                    .move(shards.order("0-15").by(Migration.ATOMIC), new FreeLifeline(2, 1, Optional.empty()));

            supervisor.join();
            assertThat(failing.master()).isNotEqualTo(before);
            assertThat(outcome.complete()).isTrue();
            // Redis begins the job again by itself, and may have ended it before it is looked at once more.
            assertThat(nodes.calls()).noneMatch(call -> call.startsWith("migrate@"));
            try (Jedis target = shards.target.master().jedis()) {
                assertThat(target.clusterCountKeysInSlot(7)).isEqualTo(KEYS);
            }
            shards.awaitReady();
        }
    }

    /** Snapshots take 3 ms a key; the master dies as the job is looked at. */
    private static Consumer<Call> dying(FailingShards shards, Pair failing) {
        AtomicBoolean started = new AtomicBoolean();
        AtomicBoolean died = new AtomicBoolean();
        return call -> {
            if (started.get() && call.method().equals("migrationJobs") && died.compareAndSet(false, true)) {
                shards.failOver(failing, Way.DEATH);
            }
            if (call.method().equals("exportSlots") || call.method().equals("importSlots")) {
                started.set(true);
            }
        };
    }

    private static void fill(Pair source, String tag) {
        try (Jedis jedis = source.master().jedis();
                Pipeline pipeline = jedis.pipelined()) {
            for (int i = 0; i < KEYS; i++) {
                pipeline.set(tag + i, "value " + i);
            }
            pipeline.sync();
            CaughtUp.await(source.master(), source.replica());
            jedis.configSet(Map.of("rdb-key-save-delay", "3000"));
        }
    }
}
