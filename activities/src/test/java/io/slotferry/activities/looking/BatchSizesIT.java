package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Plan;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** How large the batches of a plan are on servers that migrate slots by themselves. */
class BatchSizesIT {
    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    private static ExpandRequest request(LocalCluster cluster, LocalNode spare, String more)
            throws JsonProcessingException {
        String json = """
                {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]}, "backup": "none"%s}""".formatted(cluster.masters().get(0).address(), spare.address(), more);
        return RequestReader.read(SlotferryJson.mapper().readTree(json));
    }

    private static PlanAnswer plan(ExpandRequest request) {
        return new PlanMaker(new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty())))
                .make(request, BigKeys.NONE, Optional.empty());
    }

    private static Plan planOf(PlanAnswer answer) {
        return answer.plan().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void batches_are_by_cost_unless_the_request_or_the_plan_that_was_agreed_on_says_how_large(WantedServer wanted)
            throws JsonProcessingException {
        try (LocalCluster cluster = LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start()) {
            LocalNode spare = cluster.startSpare();
            ExpandRequest open = request(cluster, spare, "");

            PlanAnswer byCost = plan(open);
            assertThat(planOf(byCost).batches()).hasSize(1);
            assertThat(byCost.text())
                    .contains("which every node offers; batches are as large as its jobs are worth.\n");

            PlanAnswer byKeys = plan(request(cluster, spare, ", \"batch\": {\"migration\": \"KEYS\"}"));
            assertThat(planOf(byKeys).batches()).hasSize(41);

            PlanAnswer said = plan(request(cluster, spare, ", \"batch\": {\"slots\": 100}"));
            assertThat(planOf(said).batches()).hasSize(41).allMatch((Batch batch) -> batch.slots() <= 100);
            assertThat(said.text()).contains("which every node offers.\n");

            // As if there had been so much data when it was agreed on.
            PlanAnswer agreed = plan(open.agreedOn(planOf(said).fingerprint()));
            assertThat(planOf(agreed)).isEqualTo(planOf(said));
            assertThat(planOf(plan(open.agreedOn("f".repeat(64))))).isEqualTo(planOf(byCost));
        }
    }
}
