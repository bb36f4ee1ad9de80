package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.ReturnPlan;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** What is planned on a real cluster that somebody else has changed too. */
class ReturnPlannerIT {
    private final ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));

    @Test
    void a_run_that_only_ends_finishes_what_it_opened_whatever_somebody_moved_elsewhere() throws Exception {
        try (LocalCluster local = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start()) {
            LocalNode added = local.startSpare();
            try (Jedis jedis = local.masters().get(0).jedis()) {
                jedis.clusterMeet(added.host(), added.port());
            }
            List<LocalNode> members = new ArrayList<>(local.nodes());
            members.add(added);
            local.awaitReady(members);
            ExpandRequest request = RequestReader.read(SlotferryJson.mapper()
                    .readTree("""
                    {"cluster": {"name": "orders", "seeds": ["%s"]}, "add": {"masters": ["%s"]}, "backup": "none"}""".formatted(local.masters().get(0).address(), added.address())));
            Plan plan = new PlanMaker(reader)
                    .make(request, BigKeys.NONE, Optional.empty())
                    .plan()
                    .orElseThrow();
            Lane lane = plan.batches().get(0).lanes().get(0);
            int opened = lane.slots().stream().findFirst().orElseThrow();
            open(
                    opened,
                    master(local, plan.shards().get(lane.source()).master().id().value()),
                    added);
            give(16_383, local.masters().get(2), local.masters().get(1));

            Halted whole = catchThrowableOfType(Halted.class, () -> planned(request, plan, false));
            ReturnPlan ending = planned(request, plan, true);

            assertThat(whole.halt().kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(ending.batches()).isEmpty();
            assertThat(ending.settle())
                    .flatExtracting(batch -> batch.lanes())
                    .containsExactly(new Lane(lane.source(), lane.target(), SlotRanges.parse("" + opened)));
        }
    }

    private ReturnPlan planned(ExpandRequest request, Plan plan, boolean openOnly) {
        return new ReturnPlanner(reader, new FreeLifeline())
                .plan(new ReturnOrder(request.access(), plan, 100, openOnly));
    }

    private static LocalNode master(LocalCluster local, String id) {
        return local.masters().stream()
                .filter(node -> node.nodeId().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static void open(int slot, LocalNode from, LocalNode to) {
        try (Jedis source = from.jedis();
                Jedis target = to.jedis()) {
            target.clusterSetSlotImporting(slot, from.nodeId());
            source.clusterSetSlotMigrating(slot, to.nodeId());
        }
    }

    private static void give(int slot, LocalNode from, LocalNode to) {
        open(slot, from, to);
        try (Jedis source = from.jedis();
                Jedis target = to.jedis()) {
            target.clusterSetSlotNode(slot, to.nodeId());
            source.clusterSetSlotNode(slot, to.nodeId());
        }
    }
}
