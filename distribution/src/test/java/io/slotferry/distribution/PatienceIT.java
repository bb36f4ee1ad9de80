package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.grpc.StatusRuntimeException;
import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.WorkflowException;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * From being tried again to the halt. Five minutes are not waited for: a heartbeat in an attempt's name says that trouble
 * began six minutes ago, as earlier attempts would have noted it. All else goes its way.
 */
@Execution(ExecutionMode.CONCURRENT)
class PatienceIT {
    private static final Duration AGO = FailureKind.NODE_UNREACHABLE.patience().plusMinutes(1);

    @Test
    void a_target_that_stays_dead_for_longer_than_the_patience_halts_the_run_by_name_and_back_with_its_data_it_goes_on()
            throws Exception {
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                GrowingCluster orders = GrowingCluster.start(
                        backstage,
                        LocalCluster.builder(ServerBinary.find())
                                .replicasPerMaster(0)
                                .config("appendonly yes", "appendfsync always"),
                        Dataset.of(20_000))) {
            LocalNode master = orders.startNode(4);
            CompletableFuture<Outcome> running = CompletableFuture.supplyAsync(() -> orders.expand(
                    List.of(master),
                    List.of(orders.startNode(5)),
                    "--accept",
                    "master-without-replica",
                    "--attach-replicas",
                    "after-reshard",
                    "--batch-slots",
                    "1366"));
            GrowingCluster.awaitSlots(master, 1366, running);
            WorkflowStub run = orders.run();

            master.kill();
            Awaitility.await()
                    .atMost(Duration.ofMinutes(8))
                    .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> running.isDone() || sayItBeganLongAgo(backstage, orders));

            assertThat(running.get().exit()).as(running.get().text()).isEqualTo(4);
            assertThat(halt(run)).isEqualTo(Optional.of(FailureKind.NODE_UNREACHABLE));
            assertThat(running.get().text()).contains("NODE_UNREACHABLE", master.address(), "slotferry retry");
            master.start();
            // The first look at a process that is another one halts once more, with what it saw of its data.
            Awaitility.await()
                    .atMost(Duration.ofMinutes(8))
                    // Between two looks it may have gone on, and then has no use for the word.
                    .ignoreExceptionsInstanceOf(WorkflowException.class)
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> closed(run) || retriedWhereItHalted(run));
            assertThat(run.getResult(ExpandResult.class).outcome()).isEqualTo(RunState.COMPLETED);
            orders.assertBalanced(4);
            assertThat(orders.audit().lostWrites()).isZero();
        }
    }

    /** In the name of the attempt that runs now, if one does; false, since that is never the end of it. */
    private static boolean sayItBeganLongAgo(TemporalAndWorker backstage, GrowingCluster orders) {
        for (PendingActivityInfo activity : backstage.pending(orders.workflowId())) {
            if (activity.getAttempt() > 1) {
                try {
                    backstage
                            .link()
                            .client()
                            .newActivityCompletionClient()
                            .heartbeat(
                                    orders.workflowId(),
                                    Optional.empty(),
                                    activity.getActivityId(),
                                    Map.of(
                                            "troubledSince",
                                            Instant.now().minus(AGO).toString()));
                } catch (ActivityCompletionException e) {
                    // Between two attempts there is none.
                }
            }
        }
        return false;
    }

    private static Optional<FailureKind> halt(WorkflowStub run) {
        return run.query("status", ExpandStatus.class).halt().map(halt -> halt.kind());
    }

    private static boolean closed(WorkflowStub run) {
        return run.describe().getStatus() != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /** False, since it may halt once more. */
    private static boolean retriedWhereItHalted(WorkflowStub run) {
        if (halt(run).isPresent()) {
            run.update("retry", CommandAnswer.class, JsonNodeFactory.instance.objectNode());
        }
        return false;
    }
}
