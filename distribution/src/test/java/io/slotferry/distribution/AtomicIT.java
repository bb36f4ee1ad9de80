package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.BatchHistory.Movement;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * The whole way by the servers' own slot migration, which is the default where they offer it, and a worker that dies in the
 * middle of a job.
 */
class AtomicIT {
    private static TemporalAndWorker backstage;

    @BeforeAll
    static void startBackstage() {
        backstage = TemporalAndWorker.start();
    }

    @AfterAll
    static void stopBackstage() {
        backstage.close();
    }

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_worker_that_dies_in_the_middle_of_a_job_is_followed_by_one_that_goes_on_with_it(WantedServer wanted)
            throws Exception {
        try (GrowingCluster orders = GrowingCluster.start(
                backstage, LocalCluster.builder(wanted.orSkip(TestAbortedException::new)), Dataset.of(20_000))) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            // Snapshots are taken at 8 ms a key, so that there is a middle to meet.
            orders.cluster().masters().forEach(source -> saveKeysEach(source, "8000"));
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(
                    () -> orders.expand(List.of(master), List.of(replica), "--batch-slots", "1400"));

            await().atMost(Duration.ofMinutes(5))
                    .until(() -> outcome.isDone()
                            || orders.cluster().masters().stream().anyMatch(AtomicIT::migrates));
            assertThat(outcome.isDone()).as("it ended before a job was seen").isFalse();
            backstage.worker().kill();
            orders.cluster().masters().forEach(source -> saveKeysEach(source, "0"));
            backstage.startWorker();

            assertThat(outcome.get().exit()).as(outcome.get().text()).isZero();
            orders.assertBalanced(4);
            BatchHistory history = orders.history();
            assertThat(history.repeated()).isEmpty();
            assertThat(history.movements()).extracting(Movement::number).containsExactly(1, 2, 3);
            assertThat(history.movements()).anyMatch(movement -> movement.attempts() > 1);
            // What the first attempt started was brought to its end by the second one or by the server alone.
            assertThat(history.movements())
                    .allSatisfy(movement -> assertThat(movement.outcome().orElseThrow().atomic().stream())
                            .allMatch(atomic -> atomic.failed() == 0 && atomic.slotsByKeys() == 0));
            assertThat(outcome.get().event("result").toString()).contains("by the servers' own slot migration");
            orders.assertNothingLost();
        }
    }

    private static void saveKeysEach(LocalNode node, String micros) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet(Map.of("rdb-key-save-delay", micros));
        }
    }

    /** Whether it sends slots right now. */
    private static boolean migrates(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return Stream.of(new String[] {"GETSLOTMIGRATIONS"}, new String[] {"MIGRATION", "STATUS", "ALL"})
                    .anyMatch(words -> says(jedis, words).matches("(?s).*(snapshotting|send-bulk-and-stream).*"));
        }
    }

    private static String says(Jedis jedis, String... words) {
        try {
            return text(jedis.sendCommand(Command.CLUSTER, words));
        } catch (JedisDataException e) {
            return "";
        }
    }

    private static String text(Object answer) {
        return answer instanceof List<?> list
                ? list.stream().map(AtomicIT::text).toList().toString()
                : answer instanceof byte[] bytes
                        ? new String(bytes, java.nio.charset.StandardCharsets.UTF_8)
                        : String.valueOf(answer);
    }
}
