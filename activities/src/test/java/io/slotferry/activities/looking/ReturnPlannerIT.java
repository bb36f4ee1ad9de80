package io.slotferry.activities.looking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.Lane;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.ReturnPlan;
import io.slotferry.workflows.contract.SlotferryJson;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.JedisClusterCRC16;

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

    static Stream<WantedServer> serversWithAtomicMigration() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("serversWithAtomicMigration")
    void a_migration_job_that_a_dead_attempt_left_at_work_is_cancelled_before_the_look(WantedServer wanted)
            throws Exception {
        try (LocalCluster local = LocalCluster.builder(wanted.orSkip(TestAbortedException::new))
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
            PlanAnswer answer = new PlanMaker(reader).make(request, BigKeys.NONE, Optional.empty());
            assertThat(answer.text()).contains("Slots move whole by the servers' own migration");
            Plan plan = answer.plan().orElseThrow();
            Lane lane = plan.batches().get(0).lanes().get(0);
            LocalNode source =
                    master(local, plan.shards().get(lane.source()).master().id().value());
            startForever(source, added, lane.slots());

            ReturnPlan way = planned(request, plan, false);

            assertThat(running(source)).isEmpty();
            assertThat(running(added)).isEmpty();
            assertThat(way.batches()).isEmpty();

            LocalNode other = local.masters().get(source == local.masters().get(0) ? 1 : 0);
            startForever(source, other, SlotRanges.parse("" + lastOf(source)));
            Halted halted = catchThrowableOfType(Halted.class, () -> planned(request, plan, false));
            assertThat(halted.halt().kind()).isEqualTo(FailureKind.FOREIGN_MIGRATION);
            assertThat(planned(request, plan, true).settle()).isEmpty();
            assertThat(running(source)).isNotEmpty();
        }
    }

    /** A job that takes half an hour for each key. */
    private void startForever(LocalNode source, LocalNode target, SlotRanges slots) {
        try (Jedis from = source.jedis();
                Jedis to = target.jedis()) {
            String tag = tagOf(slots.stream().findFirst().orElseThrow());
            for (int i = 0; i < 10; i++) {
                from.set(tag + i, "value");
            }
            from.configSet(Map.of("rdb-key-save-delay", "2000000000"));
            List<String> words = new ArrayList<>();
            boolean valkey = jobs(source).kind() == MigrationJobs.Kind.MIGRATESLOTS;
            words.addAll(valkey ? List.of("MIGRATESLOTS", "SLOTSRANGE") : List.of("MIGRATION", "IMPORT"));
            slots.ranges().forEach(range -> words.addAll(List.of("" + range.from(), "" + range.to())));
            if (valkey) {
                words.addAll(List.of("NODE", target.nodeId()));
            }
            (valkey ? from : to).sendCommand(Protocol.Command.CLUSTER, words.toArray(String[]::new));
        }
        // On Redis the target has it first.
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !running(source)
                .isEmpty());
    }

    private static String tagOf(int slot) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "{" + i + "}")
                .filter(tag -> JedisClusterCRC16.getSlot(tag) == slot)
                .findFirst()
                .orElseThrow();
    }

    private int lastOf(LocalNode node) {
        return reader.ask(List.of(NodeAddress.parse(node.address())), Node::view).answers().values().stream()
                .flatMapToInt(view -> view.self().slots().stream())
                .max()
                .orElseThrow();
    }

    private MigrationJobs jobs(LocalNode node) {
        return reader.ask(List.of(NodeAddress.parse(node.address())), Node::migrationJobs)
                .answers()
                .values()
                .iterator()
                .next();
    }

    private List<MigrationJobs.Job> running(LocalNode node) {
        return jobs(node).running();
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
