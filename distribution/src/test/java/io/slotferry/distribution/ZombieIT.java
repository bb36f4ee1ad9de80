package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.distribution.Traps.How;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/**
 * Workers that are suspended, or cut off from Temporal but not from the nodes, with a command in hand, until another worker
 * has done their work; then they go on. The servers' own logs say what arrived.
 */
@Execution(ExecutionMode.CONCURRENT)
class ZombieIT {
    private static TemporalAndWorker temporal;

    @BeforeAll
    static void startTemporal() {
        temporal = TemporalAndWorker.withoutWorker();
    }

    @AfterAll
    static void stopTemporal() {
        temporal.close();
    }

    static Stream<Arguments> cases() {
        WantedServer usual = usual();
        WantedServer valkey = WantedServer.named("valkey-9.1").findFirst().orElseThrow();
        return Stream.of(
                Arguments.of(How.SUSPEND, usual), Arguments.of(How.HOLD, usual), Arguments.of(How.SUSPEND, valkey));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_worker_that_wakes_with_a_command_in_hand_changes_nothing_after_the_fence_in_any_step_of_an_expansion(
            How how, WantedServer wanted) throws Exception {
        try (GrowingCluster orders = start(wanted);
                ZombieStage stage = ZombieStage.start(temporal, orders, how)) {
            List<LocalNode> master = List.of(orders.startNode(4));
            List<LocalNode> replica = List.of(orders.startNode(5));
            stage.arm("setConfig", "meet", "replicate");
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(() -> orders.expand(
                    master, replica, stage.options("--attach-replicas", "after-reshard", "--batch-slots", "400")));

            stage.overtake("setConfig", "ApplySetting");
            stage.overtake("meet", "AddNodes");
            for (String command : moving(wanted)) {
                stage.arm(command);
                stage.overtake(command, "MoveBatch");
            }
            stage.arm("setConfig");
            stage.overtake("replicate", "AttachReplicas");
            stage.overtake("setConfig", "RestoreSettings");

            assertThat(outcome.get().exit()).as(outcome.get().text()).isZero();
            assertThat(CommandLog.changesBehindAFence(stage.nodes())).isEmpty();
            orders.assertBalanced(4);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_worker_that_wakes_with_a_command_in_hand_changes_nothing_after_the_fence_while_nodes_are_removed(
            How how, WantedServer wanted) throws Exception {
        try (GrowingCluster orders = start(wanted);
                ZombieStage stage = ZombieStage.start(temporal, orders, how)) {
            List<LocalNode> master = List.of(orders.startNode(4));
            List<LocalNode> replica = List.of(orders.startNode(5));
            stage.traps().arm("replicate", How.HOLD);
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(
                    () -> orders.expand(master, replica, stage.options("--attach-replicas", "before-reshard")));
            stage.traps().awaitCaught("replicate");
            stage.arm("setConfig", "forget");
            orders.word("cancel");
            stage.traps().release("replicate");
            assertThat(stage.traps().awaitOutcome("replicate")).startsWith("done");

            stage.overtake("forget", "RemoveNodes");
            stage.overtake("setConfig", "RestoreSettings");

            assertThat(outcome.get().exit()).as(outcome.get().text()).isEqualTo(5);
            assertThat(CommandLog.changesBehindAFence(stage.nodes())).isEmpty();
            assertThat(orders.holdings()).hasSize(3);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_worker_that_wakes_with_a_command_in_hand_changes_nothing_after_the_fence_in_any_step_of_the_way_back()
            throws Exception {
        try (GrowingCluster orders = start(usual());
                ZombieStage stage = ZombieStage.start(temporal, orders, How.SUSPEND)) {
            List<LocalNode> master = List.of(orders.startNode(4));
            List<LocalNode> replica = List.of(orders.startNode(5));
            stage.traps().arm("replicate", How.HOLD);
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(() -> orders.expand(
                    master, replica, stage.options("--attach-replicas", "after-reshard", "--batch-slots", "200")));
            stage.traps().awaitCaught("replicate");
            // The batch on the way there is done: what is caught now goes back, but for what is set again before.
            stage.arm("migrate", "resetHard");
            orders.word("rollback");
            stage.traps().release("replicate");
            assertThat(stage.traps().awaitOutcome("replicate")).startsWith("done");

            stage.overtake("migrate", "MoveBatch");
            // Twenty batches and pauses are left for it.
            stage.arm("Taking");
            stage.overtake("Taking", "MoveBatch");
            stage.overtake("resetHard", "RemoveNodes");

            assertThat(outcome.get().exit()).as(outcome.get().text()).isEqualTo(5);
            assertThat(CommandLog.changesBehindAFence(stage.nodes())).isEmpty();
            assertThat(orders.holdings()).hasSize(3);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_rollback_before_the_first_meet_puts_settings_back_and_nobody_has_met_anybody() throws Exception {
        try (GrowingCluster orders = start(usual());
                ZombieStage stage = ZombieStage.start(temporal, orders, How.HOLD)) {
            List<LocalNode> master = List.of(orders.startNode(4));
            List<LocalNode> replica = List.of(orders.startNode(5));
            stage.arm("setConfig");
            CompletableFuture<Outcome> outcome =
                    CompletableFuture.supplyAsync(() -> orders.expand(master, replica, stage.options()));
            stage.traps().awaitCaught("setConfig");
            orders.word("rollback");
            stage.traps().release("setConfig");

            assertThat(outcome.get().exit()).as(outcome.get().text()).isEqualTo(5);
            assertThat(outcome.get().event("result").at("/result/outcome").asText())
                    .isEqualTo("ROLLED_BACK");
            for (LocalNode node : stage.nodes()) {
                assertThat(CommandLog.changes(node))
                        .extracting(CommandLog.Entry::command)
                        .noneMatch(command -> command.toLowerCase(Locale.ROOT).contains("cluster meet"));
                try (Jedis jedis = node.jedis()) {
                    assertThat(jedis.configGet("cluster-allow-replica-migration"))
                            .containsValue("yes");
                }
            }
            assertThat(stage.known(master.get(0))).isEqualTo(1);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_command_in_hand_of_a_cancelled_step_does_not_arrive_after_the_run_has_undone_it(How how, WantedServer wanted)
            throws Exception {
        try (GrowingCluster orders = start(wanted);
                ZombieStage stage = ZombieStage.start(temporal, orders, how)) {
            List<LocalNode> master = List.of(orders.startNode(4));
            List<LocalNode> replica = List.of(orders.startNode(5));
            stage.arm("meet");
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(
                    () -> orders.expand(master, replica, stage.options("--attach-replicas", "before-reshard")));

            stage.overtakeBy("meet", "AddNodes", () -> {
                orders.word("cancel");
                assertThat(outcome.join().exit()).as(outcome.join().text()).isEqualTo(5);
            });

            assertThat(CommandLog.changesBehindAFence(stage.nodes())).isEmpty();
            assertThat(stage.known(master.get(0))).isEqualTo(1);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    private static WantedServer usual() {
        return WantedServer.named("redis-7.0").findFirst().orElseThrow();
    }

    /** The commands that move slots: of a server that migrates them by itself there is one. */
    private static List<String> moving(WantedServer wanted) {
        return wanted.equals(usual()) ? List.of("Importing", "migrate", "Taking") : List.of("exportSlots");
    }

    private static GrowingCluster start(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        return GrowingCluster.start(
                temporal,
                LocalCluster.builder(binary).replicasPerMaster(0).config(CommandLog.CONFIG),
                Dataset.of(5_000));
    }
}
