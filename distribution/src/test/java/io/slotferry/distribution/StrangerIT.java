package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.distribution.Traps.Caught;
import io.slotferry.distribution.Traps.How;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Two slotferries on one cluster, each with a Temporal server of its own: no lease stands between them. */
@Execution(ExecutionMode.CONCURRENT)
class StrangerIT {
    private static TemporalAndWorker ours;
    private static TemporalAndWorker theirs;

    @BeforeAll
    static void startTemporals() {
        ours = TemporalAndWorker.withoutWorker();
        theirs = TemporalAndWorker.withoutWorker();
    }

    @AfterAll
    static void stopTemporals() {
        ours.close();
        theirs.close();
    }

    @Test
    void a_second_slotferry_from_another_temporal_is_refused_while_the_first_moves_a_batch() throws Exception {
        try (GrowingCluster orders = start();
                ZombieStage first = ZombieStage.start(ours, orders, How.HOLD);
                ZombieStage second = ZombieStage.start(theirs, orders, How.HOLD)) {
            List<LocalNode> nodes = List.of(orders.startNode(4), orders.startNode(5));
            List<LocalNode> others = List.of(orders.startNode(6), orders.startNode(7));
            first.traps().arm("Importing", How.HOLD);
            CompletableFuture<Outcome> expansion = CompletableFuture.supplyAsync(
                    () -> orders.expand(nodes.subList(0, 1), nodes.subList(1, 2), first.options()));
            Caught moving = first.traps().awaitCaught("Importing");

            Outcome refused = orders.expandBy(
                    theirs, "orders-refused", others.subList(0, 1), others.subList(1, 2), second.options());

            assertThat(refused.exit()).as(refused.text()).isEqualTo(3);
            assertThat(refused.text()).contains("no-other-slotferry", moving.connection());
            assertThat(second.known(others.get(0))).isEqualTo(1);
            first.traps().release("Importing");
            assertThat(expansion.get().exit()).as(expansion.get().text()).isZero();
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_run_halts_by_name_when_another_slotferry_is_connected_and_goes_on_once_that_one_is_gone() throws Exception {
        try (GrowingCluster orders = start();
                ZombieStage first = ZombieStage.start(ours, orders, How.HOLD);
                ZombieStage second = ZombieStage.start(theirs, orders, How.HOLD)) {
            List<LocalNode> nodes = List.of(orders.startNode(4), orders.startNode(5));
            List<LocalNode> others = List.of(orders.startNode(6), orders.startNode(7));
            // While a batch waits for load it has no connection, and the other one gets in.
            TightMemory memory = TightMemory.on(nodes.get(0), 95);
            CompletableFuture<Outcome> expansion = CompletableFuture.supplyAsync(() -> orders.expand(
                    nodes.subList(0, 1),
                    nodes.subList(1, 2),
                    first.options(
                            "--attach-replicas",
                            "after-reshard",
                            "--accept",
                            "master-without-replica,new-node-memory")));
            Awaitility.await()
                    .atMost(Duration.ofMinutes(5))
                    .ignoreExceptions()
                    .until(() -> GuardIT.attemptsOverLoad(ours, orders) > 0);
            second.traps().arm("meet", How.HOLD);
            CompletableFuture<Outcome> theirRun = CompletableFuture.supplyAsync(() -> orders.expandBy(
                    theirs, "orders-elsewhere", others.subList(0, 1), others.subList(1, 2), second.options()));
            Caught connected = second.traps().awaitCaught("meet");
            memory.relax();

            assertThat(expansion.get().exit()).as(expansion.get().text()).isEqualTo(4);
            assertThat(expansion.get().text()).contains("STRANGER", connected.connection());
            theirs.link()
                    .client()
                    .newUntypedWorkflowStub("expand-orders-elsewhere")
                    .update("cancel", Object.class, Map.of("by", "a test"));
            second.traps().release("meet");
            assertThat(theirRun.get().exit()).as(theirRun.get().text()).isEqualTo(5);

            orders.word("retry");
            orders.run().getResult(Object.class);
            orders.assertNothingLost();
            assertThat(orders.holdings()).hasSize(4);
        }
    }

    private static GrowingCluster start() {
        return GrowingCluster.start(
                ours,
                LocalCluster.builder(ServerBinary.find()).replicasPerMaster(0).config(CommandLog.CONFIG),
                Dataset.of(3_000));
    }
}
