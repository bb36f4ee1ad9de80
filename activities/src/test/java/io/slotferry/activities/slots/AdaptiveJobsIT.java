package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PacingState.Baseline;
import io.slotferry.workflows.contract.PacingState.Trend;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** Pacing ADAPTIVE where slots move by the servers' own migration. */
@Execution(ExecutionMode.CONCURRENT)
class AdaptiveJobsIT {
    private static final int BUDGET = 10;
    private static final int SLOTS = 100;
    private static final int KEYS_OF_SLOT = 6;

    /** Together some 60 MB of each hundred slots: more than the smallest job takes, and so few keys that none is cut by their number. */
    private static final String VALUE = "x".repeat(100_000);

    /** What clients write makes jobs smaller, too. */
    private static final int CALM_KILOBYTES = 1_000;

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    /** So much do clients feel while nothing moves, in microseconds; and so fast it went until now, in percent. */
    private static BatchOrder adaptive(GrownCluster cluster, int firstSlot, long usual, double speed) {
        Baseline baseline = new Baseline(usual, usual, usual, usual);
        PacingState learnt = new PacingState(Map.of(), speed, 0, 100, 0, Trend.USUAL)
                .with(GrownCluster.member(cluster.source).id(), baseline)
                .with(GrownCluster.member(cluster.target).id(), baseline);
        return cluster.order(firstSlot + "-" + (firstSlot + SLOTS - 1), Mode.ADAPTIVE)
                .by(Migration.ATOMIC)
                .keeping(new Adaptive(BUDGET, learnt));
    }

    private static void fill(GrownCluster cluster) {
        try (Jedis jedis = cluster.source.jedis();
                Pipeline pipeline = jedis.pipelined()) {
            for (int slot = 0; slot < 2 * SLOTS; slot++) {
                String tag = GrownCluster.keyIn(slot);
                for (int i = 0; i < KEYS_OF_SLOT; i++) {
                    pipeline.set(tag + i, VALUE);
                }
                pipeline.sync();
            }
        }
    }

    /** Kilobytes a second that the source reads from its clients. */
    private static double written(GrownCluster cluster) {
        try (Jedis jedis = cluster.source.jedis()) {
            return jedis.info("stats")
                    .lines()
                    .filter(line -> line.startsWith("instantaneous_input_kbps:"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(':') + 1)))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_batch_moves_by_jobs_and_by_smaller_ones_where_clients_feel_it_and_none_of_their_writes_is_lost(
            WantedServer wanted) throws InterruptedException {
        try (GrownCluster cluster = GrownCluster.withReplicas(wanted.orSkip(TestAbortedException::new));
                AckedWrites writes = new AckedWrites(cluster.cluster.masters())) {
            fill(cluster);
            await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > 50);
            await().atMost(Duration.ofMinutes(1)).until(() -> written(cluster) < CALM_KILOBYTES);

            BatchOutcome unnoticed = cluster.mover()
                    .move(adaptive(cluster, 0, 60_000_000, 100), new FreeLifeline(1, 1, Optional.empty()));
            BatchOutcome noticed =
                    cluster.mover().move(adaptive(cluster, SLOTS, 1, 1), new FreeLifeline(2, 1, Optional.empty()));

            assertThat(unnoticed.complete()).isTrue();
            assertThat(noticed.complete()).isTrue();
            int jobs = unnoticed.atomic().orElseThrow().jobs();
            assertThat(jobs).isPositive();
            assertThat(noticed.atomic()).hasValueSatisfying(atomic -> {
                assertThat(atomic.jobs()).isGreaterThan(jobs);
                assertThat(atomic.failed()).isZero();
                assertThat(atomic.slotsByKeys()).isZero();
            });
            assertThat(noticed.pacing())
                    .hasValueSatisfying(pacing -> assertThat(pacing.slowdowns()).isPositive());
            assertThat(writes.lost()).isEmpty();
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(cluster.ownedBy(cluster.target))
                    .isEqualTo(SlotRanges.parse("0-" + (2 * SLOTS - 1))));
            try (Jedis jedis = cluster.target.jedis()) {
                for (int slot = 0; slot < 2 * SLOTS; slot++) {
                    assertThat(jedis.get(GrownCluster.keyIn(slot) + (KEYS_OF_SLOT - 1)))
                            .isEqualTo(VALUE);
                }
                assertThat(jedis.dbSize()).isGreaterThanOrEqualTo(2L * SLOTS * KEYS_OF_SLOT);
            }
        }
    }
}
