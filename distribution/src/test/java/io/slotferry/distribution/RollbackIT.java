package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.MidBatch;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** The way back on real servers, with clients at work: slot by slot as before, the new nodes gone, no write lost. */
@Execution(ExecutionMode.CONCURRENT)
class RollbackIT {
    private static final String REPLICA_MIGRATION = "cluster-allow-replica-migration";
    private static final Duration PATIENCE = Duration.ofMinutes(8);
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
        return WantedServer.named("redis-7.0", "redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void from_the_middle_of_a_batch_every_slot_returns(WantedServer wanted) throws Exception {
        try (GrowingCluster orders = cluster(backstage, wanted)) {
            Before before = Before.of(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            // Some batches and pauses are left for the word to come in time.
            CompletableFuture<Outcome> running = expanding(
                    orders,
                    master,
                    replica,
                    "--batch-slots",
                    "700",
                    "--pause",
                    "PT4S",
                    "--attach-replicas",
                    "before-reshard");

            GrowingCluster.awaitSlots(master, 700, running);
            rollback(orders);

            assertRolledBack(running.get());
            before.assertAgain(orders, master, replica);
            orders.assertNothingLost();
        }
    }

    @Test
    void from_the_last_batch_every_slot_returns() throws Exception {
        try (GrowingCluster orders = cluster(backstage, oldest())) {
            Before before = Before.of(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            keepUnsynced(master);
            CompletableFuture<Outcome> running =
                    expanding(orders, master, replica, "--batch-slots", "2048", "--attach-replicas", "after-reshard");

            GrowingCluster.awaitSlots(master, 2048, running);
            rollback(orders);

            assertRolledBack(running.get());
            before.assertAgain(orders, master, replica);
            orders.assertNothingLost();
        }
    }

    @Test
    void from_the_moment_the_new_master_joined_it_leaves_again() throws Exception {
        try (GrowingCluster orders = cluster(backstage, oldest())) {
            Before before = Before.of(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> running = expanding(orders, master, replica);

            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> lines(master).size() > 1 || running.isDone());
            rollback(orders);

            assertRolledBack(running.get());
            before.assertAgain(orders, master, replica);
            orders.assertNothingLost();
        }
    }

    @Test
    void after_the_replicas_joined_the_way_back_waits_for_a_silent_member_before_the_first_node_leaves()
            throws Exception {
        try (GrowingCluster orders = GrowingCluster.start(
                backstage, LocalCluster.builder(oldest().orSkip(TestAbortedException::new)), Dataset.of(5_000))) {
            Before before = Before.of(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            LocalNode silent = orders.cluster().replicas().get(2);
            keepUnsynced(master);
            CompletableFuture<Outcome> running =
                    expanding(orders, master, replica, "--batch-slots", "2048", "--attach-replicas", "after-reshard");
            awaitFollowing(replica, running);
            rollback(orders);

            Awaitility.await().atMost(PATIENCE).until(() -> MidBatch.slots(master) == 0 || running.isDone());
            // Clients get a minute before nodes leave.
            silent.suspend();
            Awaitility.await()
                    .atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                    .until(() -> backstage
                            .triedAgain(orders.workflowId())
                            .anyMatch(why -> why.contains("none was removed") && why.contains(silent.address())));
            assertThat(orders.cluster().masters())
                    .allSatisfy(member -> assertThat(lines(member)).hasSize(8));
            silent.resume();

            assertRolledBack(running.get());
            before.assertAgain(orders, master, replica);
            orders.assertNothingLost();
        }
    }

    private static void awaitFollowing(LocalNode replica, CompletableFuture<Outcome> running) {
        Awaitility.await()
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(10))
                .until(() ->
                        running.isDone() || lines(replica).stream().anyMatch(line -> line.contains("myself,slave")));
    }

    @Test
    void a_worker_that_dies_in_mid_rollback_is_followed_by_one_that_goes_on_there() throws Exception {
        try (TemporalAndWorker own = TemporalAndWorker.start();
                GrowingCluster orders = cluster(own, oldest())) {
            Before before = Before.of(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            keepUnsynced(master);
            CompletableFuture<Outcome> running =
                    expanding(orders, master, replica, "--batch-slots", "2048", "--attach-replicas", "after-reshard");
            GrowingCluster.awaitSlots(master, 2048, running);
            orders.rollback();
            int most = MidBatch.slots(master);
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> MidBatch.slots(master) < most);

            own.worker().kill();
            own.startWorker();

            assertRolledBack(running.get());
            before.assertAgain(orders, master, replica);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    /** Its replica follows it and gets no copy, so that a run waits for that as its last step, and takes a word for as long. */
    private static void keepUnsynced(LocalNode master) {
        try (Jedis jedis = master.jedis()) {
            jedis.configSet(Map.of("repl-diskless-sync-delay", "3600"));
        }
    }

    private static WantedServer oldest() {
        return WantedServer.named("redis-7.0").findFirst().orElseThrow();
    }

    private static GrowingCluster cluster(TemporalAndWorker stage, WantedServer wanted) {
        return GrowingCluster.start(
                stage,
                LocalCluster.builder(wanted.orSkip(TestAbortedException::new)).replicasPerMaster(0),
                Dataset.of(5_000));
    }

    private static CompletableFuture<Outcome> expanding(
            GrowingCluster orders, LocalNode master, LocalNode replica, String... options) {
        List<String> all = Stream.concat(Stream.of("--accept", "master-without-replica"), Stream.of(options))
                .toList();
        return CompletableFuture.supplyAsync(
                () -> orders.expand(List.of(master), List.of(replica), all.toArray(String[]::new)));
    }

    private static void rollback(GrowingCluster orders) {
        Outcome given = orders.rollback();
        assertThat(given.exit()).as(given.text()).isZero();
    }

    private static void assertRolledBack(Outcome outcome) {
        assertThat(outcome.exit()).as(outcome.text()).isEqualTo(5);
        assertThat(outcome.event("result").at("/result/outcome").asText())
                .as(outcome.text())
                .isEqualTo("ROLLED_BACK");
    }

    private static List<String> lines(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes().lines().toList();
        }
    }

    /** Who owned which slots, as each node said of itself. */
    private record Before(Map<String, String> slots) {
        static Before of(GrowingCluster orders) {
            return new Before(slotsById(orders));
        }

        private static Map<String, String> slotsById(GrowingCluster orders) {
            Map<String, String> slots = new HashMap<>();
            for (LocalNode node : orders.cluster().nodes()) {
                lines(node).stream()
                        .map(line -> line.split(" ", 9))
                        .filter(fields -> fields[2].contains("myself"))
                        .forEach(fields -> slots.put(fields[0], fields.length > 8 ? fields[8] : ""));
            }
            return slots;
        }

        /** Slot by slot, nobody knows more nodes than before, the new ones stand alone and empty, and settings are as usual. */
        void assertAgain(GrowingCluster orders, LocalNode... added) {
            assertThat(slotsById(orders)).isEqualTo(slots);
            for (LocalNode node : orders.cluster().nodes()) {
                assertThat(lines(node).stream().map(line -> line.split(" ")[0]).collect(Collectors.toSet()))
                        .isEqualTo(slots.keySet());
                assertSetting(node);
            }
            for (LocalNode node : added) {
                assertThat(lines(node)).singleElement().asString().contains("myself,master");
                try (Jedis jedis = node.jedis()) {
                    assertThat(jedis.dbSize()).isZero();
                }
                assertSetting(node);
            }
        }

        private static void assertSetting(LocalNode node) {
            try (Jedis jedis = node.jedis()) {
                assertThat(jedis.configGet(REPLICA_MIGRATION)).containsEntry(REPLICA_MIGRATION, "yes");
            }
        }
    }
}
