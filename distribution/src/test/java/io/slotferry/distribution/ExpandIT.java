package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.BatchHistory.Movement;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Holding;
import io.slotferry.servers.Engine;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.RunState;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
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

/** The whole way: command line, Temporal, worker, nodes, with clients at work and every write audited. */
@Execution(ExecutionMode.CONCURRENT)
class ExpandIT {
    private static TemporalAndWorker backstage;

    @BeforeAll
    static void startBackstage() {
        backstage = TemporalAndWorker.start();
    }

    @AfterAll
    static void stopBackstage() {
        backstage.close();
    }

    /** Straight after: redis-cli's reshard then dies with "I don't know about node", and leaves an open slot. */
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void three_masters_become_four_straight_after_the_new_nodes_came_up(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        LocalClusterBuilder described = LocalCluster.builder(binary);
        Dataset data = Dataset.of(20_000).ofMixedTypes();
        Dataset[] datasets = {data};
        if (hasDatabases(binary)) {
            described.config("cluster-databases 4");
            datasets = new Dataset[] {data, Dataset.of(5_000).inDatabase(3)};
        }
        try (GrowingCluster orders = GrowingCluster.start(backstage, described, datasets)) {
            List<Holding> before = orders.holdings();
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);

            Outcome outcome = orders.expand(List.of(master), List.of(replica));

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            orders.assertBalanced(4);
            assertRunbook(before, orders.holdings(), orders.history(), migratesByItself(binary) ? 1 : 41);
            assertMovedAsOffered(binary, orders.history());
            orders.assertNothingLost();
        }
    }

    private static boolean hasDatabases(ServerBinary binary) {
        return binary.engine() == Engine.VALKEY && binary.isAtLeast(9, 0);
    }

    private static boolean migratesByItself(ServerBinary binary) {
        return binary.engine() == Engine.REDIS && binary.isAtLeast(8, 4);
    }

    /** By default slots move by the servers' own migration where they offer it and lose nothing by it, else key by key. */
    private static void assertMovedAsOffered(ServerBinary binary, BatchHistory history) {
        List<BatchOutcome> outcomes = history.movements().stream()
                .map(movement -> movement.outcome().orElseThrow())
                .toList();
        // What an attempt finds moved already was moved by none.
        assertThat(outcomes.stream().flatMap(outcome -> outcome.movedBy().stream()))
                .isNotEmpty()
                .containsOnly(migratesByItself(binary) ? Migration.ATOMIC : Migration.KEYS);
        assertThat(outcomes.stream().flatMap(outcome -> outcome.atomic().stream()))
                .allMatch(atomic -> atomic.slotsByKeys() == 0);
    }

    /**
     * 4,096 slots in batches of 100 are 41 batches, by migration jobs one that is worth their forks; each old master gives 1,365
     * or 1,366.
     */
    private static void assertRunbook(List<Holding> before, List<Holding> after, BatchHistory history, int batches) {
        assertThat(history.movements())
                .extracting(Movement::number)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, batches).boxed().toList());
        assertThat(history.movements()).allMatch(Movement::complete);
        for (Holding old : before) {
            int now = after.stream()
                    .filter(holding -> holding.master().equals(old.master()))
                    .findFirst()
                    .orElseThrow()
                    .slots();
            assertThat(old.slots() - now).isBetween(1_365, 1_366);
        }
    }

    @Test
    void a_pair_of_servers_comes_out_cross_replicated_where_an_acl_user_is_needed() {
        LocalClusterBuilder described =
                LocalCluster.builder(ServerBinary.find()).aclUser("grower", "s3cret two");
        try (GrowingCluster orders = GrowingCluster.start(backstage, described, Dataset.of(20_000))) {
            List<LocalNode> masters = List.of(orders.startNode(4), orders.startNode(5));
            List<LocalNode> replicas = List.of(orders.startNode(4), orders.startNode(5));

            Outcome outcome = orders.expand(masters, replicas, "--credentials", "acl");

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            orders.assertBalanced(5);
            assertThat(masterOf(replicas.get(0))).isEqualTo(masters.get(1).address());
            assertThat(masterOf(replicas.get(1))).isEqualTo(masters.get(0).address());
            assertThat(outcome.events().toString()).doesNotContain("s3cret");
            orders.assertNothingLost();
        }
    }

    private static String masterOf(LocalNode replica) {
        try (Jedis jedis = replica.jedis()) {
            String info = jedis.info("replication");
            return field(info, "master_host") + ":" + field(info, "master_port");
        }
    }

    private static String field(String info, String name) {
        return info.lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1);
    }

    /** With a password on every node, as in the runbook; first without the credentials. */
    @Test
    void a_second_expansion_under_any_name_is_refused_and_names_the_holder() throws Exception {
        LocalClusterBuilder described =
                LocalCluster.builder(ServerBinary.find()).password("s3cret one");
        try (GrowingCluster orders = GrowingCluster.start(backstage, described, Dataset.of(20_000))) {
            List<LocalNode> first = List.of(orders.startNode(4), orders.startNode(5));
            List<LocalNode> second = List.of(orders.startNode(6), orders.startNode(7));

            Outcome without = orders.expandAs("locked", first.subList(0, 1), first.subList(1, 2));
            assertThat(without.exit()).as(without.text()).isIn(3, 8);
            assertThat(without.text()).contains("credentials");

            CompletableFuture<Outcome> holder = CompletableFuture.supplyAsync(() -> orders.expand(
                    first.subList(0, 1),
                    first.subList(1, 2),
                    "--credentials",
                    "plain",
                    "--batch-slots",
                    "600",
                    "--pause",
                    "PT3S"));
            Awaitility.await()
                    .atMost(java.time.Duration.ofMinutes(5))
                    .ignoreExceptions()
                    .until(() -> !orders.history().movements().isEmpty());
            // So that it holds the cluster for as long as the other one takes to be refused.
            orders.word("pause");
            orders.awaitState(RunState.PAUSED);

            Outcome refused = orders.expandAs(
                    "the-same-by-another-name",
                    second.subList(0, 1),
                    second.subList(1, 2),
                    "--credentials",
                    "plain",
                    "--workflow-id",
                    "another-workflow");

            assertThat(refused.exit()).as(refused.text()).isEqualTo(3);
            assertThat(refused.text()).contains(orders.workflowId());
            assertThat(refused.event("result").at("/halt/kind").asText()).isEqualTo("LEASE_HELD");
            orders.word("resume");
            assertThat(holder.get().exit()).as(holder.get().text()).isZero();
            assertThat(Stream.of(second.get(0), second.get(1)).map(ExpandIT::knownNodes))
                    .containsOnly(1L);
            assertThat(orders.holdings()).extracting(Holding::slots).containsOnly(4_096);
            assertThat(holder.get().events().toString()).doesNotContain("s3cret");
            orders.assertNothingLost();
        }
    }

    private static long knownNodes(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes().lines().count();
        }
    }
}
