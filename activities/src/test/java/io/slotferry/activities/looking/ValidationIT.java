package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.Plan;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.contract.ValidationReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.args.ClusterFailoverOption;

class ValidationIT {
    private final ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));

    @Test
    void a_master_that_came_back_in_another_shard_is_named_and_its_own_shard_judged_by_its_successor()
            throws Exception {
        try (LocalCluster local = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .replicasPerMaster(1)
                .config("cluster-allow-replica-migration no")
                .start()) {
            LocalNode added = local.startSpare();
            try (Jedis jedis = local.masters().get(0).jedis()) {
                jedis.clusterMeet(added.host(), added.port());
            }
            List<LocalNode> members = new ArrayList<>(local.nodes());
            members.add(added);
            local.awaitReady(members);
            ExpandRequest request = request(local, added);
            Plan plan = new PlanMaker(reader)
                    .make(request, BigKeys.NONE, Optional.empty())
                    .plan()
                    .orElseThrow();
            LocalNode stray = local.masters().get(0);
            LocalNode successor = local.replicas().get(0);
            try (Jedis jedis = successor.jedis()) {
                jedis.clusterFailover(ClusterFailoverOption.TAKEOVER);
            }
            local.awaitReady(members);
            assertThat(validated(request, plan).checks())
                    .extracting(CheckResult::verdict)
                    .containsOnly(Verdict.PASS);

            try (Jedis jedis = stray.jedis()) {
                jedis.clusterReplicate(local.masters().get(1).nodeId());
            }
            local.awaitReady(members);

            assertThat(validated(request, plan).checks())
                    .filteredOn(check -> check.verdict() != Verdict.PASS)
                    .singleElement()
                    .extracting(CheckResult::evidence)
                    .asString()
                    .contains(stray.address() + " (", "CLUSTER REPLICATE " + successor.nodeId());
        }
    }

    private ValidationReport validated(ExpandRequest request, Plan plan) {
        return new Validation(
                        reader,
                        new ValidateOrder(request.access(), plan, Expected.AS_BEFORE, true, List.of()),
                        new FreeLifeline())
                .validate();
    }

    private static ExpandRequest request(LocalCluster local, LocalNode added) throws Exception {
        return RequestReader.read(SlotferryJson.mapper()
                .readTree("""
                {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]}, "backup": "none"}""".formatted(local.masters().get(1).address(), added.address())));
    }
}
