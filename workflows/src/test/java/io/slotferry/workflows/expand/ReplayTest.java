package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandClusterWorkflow;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.testing.WorkflowHistoryLoader;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Runs that are under way must survive a new release: their recorded histories are replayed against the code. */
class ReplayTest {
    private static final Path HISTORIES = Path.of("src/test/resources/histories");

    /** Whatever was recorded is replayed. */
    static List<String> recorded() throws IOException {
        try (Stream<Path> files = Files.list(HISTORIES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_history_is_recorded_of_each_way_that_a_run_may_go() throws IOException {
        assertThat(recorded())
                .contains(
                        "approved-retried-and-stopped.json",
                        "cancelled-in-mid-batch.json",
                        "fast-and-halted-in-a-chain.json",
                        "halted-and-rolled-back.json",
                        "heartbeat-timed-out.json",
                        "paused-over-a-window.json",
                        "reset-between-batches.json",
                        "three-batches.json",
                        "with-backup.json");
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void a_recorded_history_replays(String history) {
        assertThatCode(() -> replay(history, ExpandClusterWorkflowImpl.class)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void a_workflow_that_calls_its_activities_in_another_order_does_not_replay(String history) {
        assertThatThrownBy(() -> replay(history, PlansBeforePreflight.class))
                .hasMessageContaining("NonDeterministicException");
    }

    private static void replay(String history, Class<? extends ExpandClusterWorkflow> workflow) throws Exception {
        TestEnvironmentOptions options = TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build())
                .build();
        try (TestWorkflowEnvironment environment = TestWorkflowEnvironment.newInstance(options)) {
            Worker worker = environment.newWorker(
                    Names.TASK_QUEUE,
                    WorkerOptions.newBuilder()
                            // A machine that has much else to do is no deadlock.
                            .setDefaultDeadlockDetectionTimeout(30_000)
                            .build());
            worker.registerWorkflowImplementationTypes(workflow);
            worker.replayWorkflowExecution(WorkflowHistoryLoader.readHistoryFromResource("histories/" + history));
        }
    }

    /** The workflow as somebody might change it without thinking of the runs under way. */
    public static final class PlansBeforePreflight implements ExpandClusterWorkflow {
        private final ExpandClusterWorkflowImpl unchanged = new ExpandClusterWorkflowImpl();

        @Override
        public ExpandResult expand(JsonNode request) {
            new Rooms()
                    .looking("make the plan")
                    .makePlan(
                            io.slotferry.workflows.contract.RequestReader.read(request),
                            io.slotferry.workflows.contract.BigKeys.NONE,
                            java.util.Optional.empty());
            return unchanged.expand(request);
        }

        @Override
        public ExpandStatus status() {
            return unchanged.status();
        }

        @Override
        public Optional<Plan> plan() {
            return unchanged.plan();
        }

        @Override
        public CommandAnswer approve(JsonNode approval) {
            return unchanged.approve(approval);
        }

        @Override
        public void mayApprove(JsonNode approval) {
            unchanged.mayApprove(approval);
        }

        @Override
        public CommandAnswer pause(JsonNode word) {
            return unchanged.pause(word);
        }

        @Override
        public void mayPause(JsonNode word) {
            unchanged.mayPause(word);
        }

        @Override
        public CommandAnswer resume(JsonNode word) {
            return unchanged.resume(word);
        }

        @Override
        public void mayResume(JsonNode word) {
            unchanged.mayResume(word);
        }

        @Override
        public CommandAnswer retune(JsonNode word) {
            return unchanged.retune(word);
        }

        @Override
        public void mayRetune(JsonNode word) {
            unchanged.mayRetune(word);
        }

        @Override
        public CommandAnswer retry(JsonNode word) {
            return unchanged.retry(word);
        }

        @Override
        public void mayRetry(JsonNode word) {
            unchanged.mayRetry(word);
        }

        @Override
        public CommandAnswer rollback(JsonNode word) {
            return unchanged.rollback(word);
        }

        @Override
        public void mayRollback(JsonNode word) {
            unchanged.mayRollback(word);
        }

        @Override
        public CommandAnswer stopHere(JsonNode word) {
            return unchanged.stopHere(word);
        }

        @Override
        public void mayStopHere(JsonNode word) {
            unchanged.mayStopHere(word);
        }

        @Override
        public CommandAnswer cancel(JsonNode word) {
            return unchanged.cancel(word);
        }

        @Override
        public void mayCancel(JsonNode word) {
            unchanged.mayCancel(word);
        }
    }
}
