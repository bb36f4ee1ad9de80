package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Batches that wait for load, as a person sees them. */
@Execution(ExecutionMode.CONCURRENT)
class GuardIT {
    @Test
    void a_batch_waits_while_its_target_is_over_its_memory_limit_shows_why_and_goes_on_once_it_is_not()
            throws Exception {
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                GrowingCluster orders = GrowingCluster.start(
                        backstage, LocalCluster.builder(ServerBinary.find()).replicasPerMaster(0), Dataset.of(5_000))) {
            LocalNode master = orders.startNode(4);
            TightMemory memory = TightMemory.on(master, 95);
            CompletableFuture<Outcome> outcome = CompletableFuture.supplyAsync(() -> orders.expand(
                    List.of(master),
                    List.of(orders.startNode(5)),
                    "--batch-slots",
                    "1000",
                    "--accept",
                    "master-without-replica,new-node-memory",
                    "--attach-replicas",
                    "after-reshard"));

            Awaitility.await()
                    .atMost(Duration.ofMinutes(5))
                    .ignoreExceptions()
                    .until(() -> attemptsOverLoad(backstage, orders) >= 3
                            && orders.soFar().contains("thresholds.memory"));
            memory.relax();

            assertThat(outcome.get().exit()).as(outcome.get().text()).isZero();
            JsonNode waited = outcome.get().events().stream()
                    .filter(event -> event.path("state").asText().equals("WAITING")
                            && event.at("/retry/kind").asText().equals("LOAD_TOO_HIGH"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(outcome.join().events()));
            assertThat(waited.at("/retry/why").asText())
                    .contains(master.address() + ": memory ", "limit 80 % (thresholds.memory)");
            assertThat(waited.at("/retry/since").asText()).isNotEmpty();
            assertThat(waited.at("/retry/until").asText()).isNotEmpty();
            assertThat(outcome.get().text()).contains("thresholds.memory");
            orders.assertBalanced(4);
            orders.assertNothingLost();
        }
    }

    /** Attempts of the batch that waits; 0 where none waits for load. */
    static int attemptsOverLoad(TemporalAndWorker backstage, GrowingCluster orders) {
        WorkflowClient client = backstage.link().client();
        return client
                .getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(orders.workflowId()))
                        .build())
                .getPendingActivitiesList()
                .stream()
                .filter(activity -> activity.getLastFailure()
                        .getApplicationFailureInfo()
                        .getType()
                        .equals("LOAD_TOO_HIGH"))
                .mapToInt(activity -> activity.getAttempt())
                .findFirst()
                .orElse(0);
    }
}
