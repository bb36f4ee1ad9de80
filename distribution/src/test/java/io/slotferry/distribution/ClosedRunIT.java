package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.BatchHistory.Movement;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;

/** Runs that Temporal closed under slotferry: terminated, reset, cancelled, forgotten. */
@Execution(ExecutionMode.CONCURRENT)
class ClosedRunIT {
    private static final String REPLICA_MIGRATION = "cluster-allow-replica-migration";

    private static TemporalAndWorker backstage;

    @BeforeAll
    static void startBackstage() {
        backstage = TemporalAndWorker.start();
    }

    @AfterAll
    static void stopBackstage() {
        backstage.close();
    }

    @Test
    void a_run_that_was_terminated_in_mid_slot_is_gone_on_with_at_once_and_ends_balanced() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            String closed = terminateInMidSlot(backstage, orders, master, replica);

            // The worker's batch does not know yet that nobody waits for it.
            Outcome outcome = orders.goOn(backstage, "--mode", "fast");

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            assertThat(outcome.event("result").toString()).contains("takes over run " + closed);
            orders.assertBalanced(4);
            assertSettingsPutBack(orders);
            assertLeaseEnded(orders);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_run_that_was_terminated_in_mid_slot_is_undone_slot_by_slot() throws Exception {
        try (GrowingCluster orders = cluster()) {
            Map<String, String> before = slotsByNode(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            terminateInMidSlot(backstage, orders, master, replica);

            Outcome outcome = orders.rollBack(backstage, "--mode", "fast");

            assertAsBefore(orders, before, outcome);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_finished_run_is_undone_slot_by_slot() throws Exception {
        try (GrowingCluster orders = cluster()) {
            Map<String, String> before = slotsByNode(orders);
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            Outcome finished = orders.expand(List.of(master), List.of(replica), "--batch-slots", "1366");
            assertThat(finished.exit()).as(finished.text()).isZero();
            orders.assertBalanced(4);

            Outcome outcome = orders.rollBack(backstage, "--mode", "fast");

            assertAsBefore(orders, before, outcome);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void finished_batches_of_a_closed_run_are_not_repeated() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> running = CompletableFuture.supplyAsync(
                    () -> orders.expand(List.of(master), List.of(replica), "--batch-slots", "512", "--pause", "PT3S"));
            GrowingCluster.awaitSlots(master, 1024, running);
            orders.run().terminate("test");
            assertThat(running.get().exit()).isEqualTo(8);
            int last = orders.history().last().orElseThrow().number();
            assertThat(last).isBetween(3, 7);

            Outcome outcome = orders.goOn(backstage, "--mode", "fast");

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            assertThat(orders.history().movements())
                    .extracting(Movement::number)
                    .first()
                    .matches(first -> first == last || first == last + 1);
            orders.assertBalanced(4);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void the_state_file_is_enough_where_temporal_has_lost_everything() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            Map<String, String> before = slotsByNode(orders);
            Path kept = Files.createTempFile("slotferry-", "-state.json");
            try (TemporalAndWorker lost = TemporalAndWorker.start()) {
                String closed = terminateInMidSlot(lost, orders, master, replica);
                lost.worker().kill();
                Files.write(
                        kept,
                        Files.readAllBytes(lost.reports().resolve(orders.workflowId() + "-" + closed + "-state.json")));
            }

            Outcome unknown = orders.goOn(backstage);
            assertThat(unknown.exit()).as(unknown.text()).isEqualTo(9);
            Outcome outcome = orders.goOn(backstage, "--from", kept.toString());

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            orders.assertBalanced(4);
            assertSettingsPutBack(orders);

            Outcome undone = orders.rollBack(backstage, "--mode", "fast", "--from", kept.toString());

            assertAsBefore(orders, before, undone);
            orders.assertNothingLostThroughAStandstill();
            Files.delete(kept);
        }
    }

    @Test
    void a_reset_in_the_middle_of_a_batch_goes_on_there_and_keeps_the_lease() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            List<LocalNode> others = List.of(orders.startNode(6), orders.startNode(7));
            // Two pauses are time enough for the other one to get as far as the lease.
            CompletableFuture<Outcome> running =
                    expand(backstage, orders, master, replica, "--batch-slots", "1366", "--pause", "PT45S");

            String after = resetToTheLastTask(orders);
            Outcome second = orders.expandAs(
                    "another-name", others.subList(0, 1), others.subList(1, 2), "--workflow-id", "another-" + after);

            assertThat(second.exit()).as(second.text()).isEqualTo(3);
            assertThat(second.event("result").at("/halt/kind").asText())
                    .as(second.text())
                    .isEqualTo("LEASE_HELD");
            assertThat(running.get().exit()).isEqualTo(8);
            assertThat(result(orders).outcome()).isEqualTo(RunState.COMPLETED);
            assertThat(result(orders).runId()).isEqualTo(after);
            assertLeaseEnded(orders);
            assertThat(orders.holdings()).extracting(Holding::slots).containsOnly(4_096);
            assertSettingsPutBack(orders);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @ParameterizedTest
    @CsvSource({"Preflight, PREFLIGHT_FAILED", "ReadSettings, RESET_TOO_FAR"})
    void a_reset_to_before_the_first_change_while_slots_are_open_is_refused_and_the_run_before_it_is_gone_on_with(
            String step, String kind) throws Exception {
        try (TemporalAndWorker own = TemporalAndWorker.start();
                GrowingCluster orders = cluster(own)) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> running = expandInOneBatch(own, orders, master, replica);
            suspendInMidSlot(own.worker(), orders, running);
            own.worker().kill();

            resetToBefore(own, step, orders);
            own.startWorker();

            assertThat(running.get().exit()).isEqualTo(8);
            assertThatThrownBy(() -> orders.runOn(own).getResult(ExpandResult.class))
                    .satisfies(failure -> {
                        Halt halt = Failures.haltOf(failure);
                        assertThat(halt.kind().name()).as(halt.text()).isEqualTo(kind);
                    });
            assertThat(openSlots(orders)).isPositive();

            Outcome outcome = orders.goOn(own, "--mode", "fast");

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            assertLeaseEnded(own, orders);
            orders.assertBalanced(4);
            assertSettingsPutBack(orders);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void temporals_own_cancel_leaves_a_cluster_that_can_be_gone_on_with_and_no_lease() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> running = expandInOneBatch(backstage, orders, master, replica);

            orders.run().cancel();

            assertThat(running.get().exit()).isNotZero();
            assertThat(orders.run().describe().getStatus())
                    .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            assertThat(openSlots(orders)).isZero();
            assertLeaseEnded(orders);
            assertSettingsPutBack(orders);

            Outcome outcome = orders.goOn(backstage, "--mode", "fast");

            assertThat(outcome.exit()).as(outcome.text()).isZero();
            orders.assertBalanced(4);
            assertSettingsPutBack(orders);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void temporals_own_cancel_over_a_worker_that_died_in_mid_slot_leaves_no_slot_open() throws Exception {
        try (TemporalAndWorker own = TemporalAndWorker.start();
                GrowingCluster orders = cluster(own)) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> running = expandInOneBatch(own, orders, master, replica);
            suspendInMidSlot(own.worker(), orders, running);
            own.worker().kill();
            WorkflowStub run = orders.runOn(own);

            run.cancel();
            own.startWorker();

            assertThat(running.get().exit()).isNotZero();
            assertThat(run.describe().getStatus())
                    .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CANCELED);
            assertThat(openSlots(orders)).isZero();
            assertSettingsPutBack(orders);
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void temporals_own_cancel_before_the_lease_touches_nothing() throws Exception {
        try (GrowingCluster orders = cluster()) {
            LocalNode master = orders.startNode(4);
            WorkflowStub run = client().newUntypedWorkflowStub(
                            Names.EXPAND_CLUSTER,
                            WorkflowOptions.newBuilder()
                                    .setWorkflowId(orders.workflowId())
                                    .setTaskQueue(Names.TASK_QUEUE)
                                    .build());
            run.start(SlotferryJson.mapper()
                    .readTree("""
                            {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]},
                             "backup": "none", "accept": ["master-without-replica"]}
                            """.formatted(orders.cluster().masters().get(0).address(), master.address())));
            Awaitility.await()
                    .atMost(Duration.ofMinutes(5))
                    .ignoreExceptions()
                    .until(() -> run.query("status", ExpandStatus.class).state() == RunState.WAITING);

            run.cancel();

            assertThatThrownBy(() -> result(orders)).hasCauseInstanceOf(CanceledFailure.class);
            assertThatThrownBy(() -> leaseStatus(backstage, orders)).isInstanceOf(WorkflowNotFoundException.class);
            assertThat(ask(master, Jedis::clusterNodes).lines()).hasSize(1);
            assertSettingsPutBack(orders);
        }
    }

    /** Between two windows no slot is open: it is stopped until it is caught in one. */
    private static void suspendInMidSlot(
            WorkerProcess worker, GrowingCluster orders, CompletableFuture<Outcome> running)
            throws InterruptedException {
        worker.suspend();
        while (openSlots(orders) == 0) {
            worker.resume();
            assertThat(running).as("the run").isNotDone();
            Thread.sleep(10);
            worker.suspend();
        }
    }

    private static GrowingCluster cluster() {
        return cluster(backstage);
    }

    private static GrowingCluster cluster(TemporalAndWorker backstage) {
        return GrowingCluster.start(backstage, LocalCluster.builder(ServerBinary.find()), Dataset.of(60_000));
    }

    /** One batch of all slots, so that the moment is in it; answers the closed run's ID. */
    private static String terminateInMidSlot(
            TemporalAndWorker stage, GrowingCluster orders, LocalNode master, LocalNode replica) throws Exception {
        CompletableFuture<Outcome> running = expandInOneBatch(stage, orders, master, replica);
        WorkflowStub run = orders.runOn(stage);
        String runId = run.describe().getExecution().getRunId();
        // Tests side by side have one worker.
        synchronized (ClosedRunIT.class) {
            suspendInMidSlot(stage.worker(), orders, running);
            try {
                run.terminate("test");
            } finally {
                stage.worker().resume();
            }
        }
        assertThat(running.get().exit()).isEqualTo(8);
        return runId;
    }

    /** Returns in the middle of that batch. */
    private static CompletableFuture<Outcome> expandInOneBatch(
            TemporalAndWorker stage, GrowingCluster orders, LocalNode master, LocalNode replica) {
        return expand(stage, orders, master, replica, "--batch-slots", "4096");
    }

    /** Returns in the middle of the first batch. */
    private static CompletableFuture<Outcome> expand(
            TemporalAndWorker stage, GrowingCluster orders, LocalNode master, LocalNode replica, String... options) {
        String[] all =
                Stream.concat(Stream.of("--approval=none"), Stream.of(options)).toArray(String[]::new);
        CompletableFuture<Outcome> running =
                CompletableFuture.supplyAsync(() -> orders.expandOn(stage, List.of(master), List.of(replica), all));
        GrowingCluster.awaitSlots(master, 0, running);
        return running;
    }

    /** So that this step is done again, and all after it. */
    private static void resetToBefore(TemporalAndWorker stage, String step, GrowingCluster orders) {
        long task = stage.link().client().fetchHistory(orders.workflowId()).getEvents().stream()
                .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                .map(HistoryEvent::getActivityTaskScheduledEventAttributes)
                .filter(scheduled -> scheduled.getActivityType().getName().equals(step))
                .findFirst()
                .orElseThrow()
                .getWorkflowTaskCompletedEventId();
        reset(stage, orders, task);
    }

    /** Answers the new run's ID. */
    private static String resetToTheLastTask(GrowingCluster orders) {
        List<Long> tasks = client().fetchHistory(orders.workflowId()).getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                .map(HistoryEvent::getEventId)
                .toList();
        return reset(backstage, orders, tasks.get(tasks.size() - 1));
    }

    /** Resets the open run to before one of the workflow's tasks that ended; answers the new run's ID. */
    private static String reset(TemporalAndWorker stage, GrowingCluster orders, long task) {
        WorkflowClient client = stage.link().client();
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setWorkflowExecution(orders.runOn(stage).describe().getExecution())
                        .setWorkflowTaskFinishEventId(task)
                        .setRequestId(UUID.randomUUID().toString())
                        .setReason("test")
                        .build())
                .getRunId();
    }

    private static ExpandResult result(GrowingCluster orders) {
        return orders.run().getResult(ExpandResult.class);
    }

    private static void assertLeaseEnded(GrowingCluster orders) {
        assertLeaseEnded(backstage, orders);
    }

    private static void assertLeaseEnded(TemporalAndWorker stage, GrowingCluster orders) {
        Awaitility.await()
                .atMost(Duration.ofMinutes(3))
                .until(() -> leaseStatus(stage, orders) != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
    }

    private static long openSlots(GrowingCluster orders) {
        return nodes(orders)
                .map(node -> ask(node, Jedis::clusterNodes))
                .flatMap(text -> Stream.of(text.split("\\[", -1)).skip(1))
                .count();
    }

    /** Which slots each of the first nodes owns, by its own word. */
    private static Map<String, String> slotsByNode(GrowingCluster orders) {
        return orders.cluster().nodes().stream()
                .collect(Collectors.toMap(LocalNode::address, node -> ask(node, Jedis::clusterNodes)
                        .lines()
                        .filter(line -> line.contains("myself"))
                        .map(line -> line.split(" ", 9))
                        .map(fields -> fields.length > 8 ? fields[8] : "")
                        .findFirst()
                        .orElseThrow()));
    }

    private static void assertAsBefore(GrowingCluster orders, Map<String, String> before, Outcome outcome) {
        assertThat(outcome.exit()).as(outcome.text()).isEqualTo(5);
        assertThat(outcome.event("result").at("/result/outcome").asText())
                .as(outcome.text())
                .isEqualTo("ROLLED_BACK");
        assertThat(slotsByNode(orders)).isEqualTo(before);
        assertThat(orders.cluster().nodes()).allSatisfy(node -> {
            List<String> known = ask(node, Jedis::clusterNodes).lines().toList();
            assertThat(known).hasSize(before.size());
        });
        assertThat(orders.cluster().spares()).allSatisfy(node -> {
            List<String> known = ask(node, Jedis::clusterNodes).lines().toList();
            assertThat(known).hasSize(1);
            assertThat(ask(node, Jedis::dbSize)).isZero();
        });
        assertSettingsPutBack(orders);
        assertLeaseEnded(orders);
    }

    private static void assertSettingsPutBack(GrowingCluster orders) {
        assertThat(nodes(orders)).allSatisfy(node -> {
            String value = ask(node, jedis -> jedis.configGet(REPLICA_MIGRATION).get(REPLICA_MIGRATION));
            assertThat(value).isEqualTo("yes");
        });
    }

    private static Stream<LocalNode> nodes(GrowingCluster orders) {
        return Stream.concat(orders.cluster().nodes().stream(), orders.cluster().spares().stream());
    }

    private static <T> T ask(LocalNode node, Function<Jedis, T> question) {
        try (Jedis jedis = node.jedis()) {
            return question.apply(jedis);
        }
    }

    private static WorkflowClient client() {
        return backstage.link().client();
    }

    private static String leaseId(GrowingCluster orders) {
        return Names.lease(orders.cluster().nodes().stream()
                .map(node -> ask(node, Jedis::clusterMyId))
                .min(Comparator.naturalOrder())
                .orElseThrow());
    }

    private static WorkflowExecutionStatus leaseStatus(TemporalAndWorker stage, GrowingCluster orders) {
        return stage.link()
                .client()
                .newUntypedWorkflowStub(leaseId(orders))
                .describe()
                .getStatus();
    }
}
