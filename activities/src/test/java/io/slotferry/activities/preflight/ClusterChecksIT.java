package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.PreflightReport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.args.ClusterResetType;
import redis.clients.jedis.exceptions.JedisDataException;

/** Clusters that are not sound: what each check of the cluster says of a real one. */
@Execution(ExecutionMode.CONCURRENT)
class ClusterChecksIT {
    private static LocalClusterBuilder cluster(String server) {
        ServerBinary binary = new WantedServer(server).orSkip(TestAbortedException::new);
        return LocalCluster.builder(binary).replicasPerMaster(0);
    }

    private static LocalNode master(PreflightStage stage, int index) {
        return stage.cluster().masters().get(index);
    }

    @Test
    void an_open_slot_on_any_node_is_named_with_both_ends_and_so_is_another_slotferry() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0").start());
                Jedis first = master(stage, 0).jedis();
                Jedis second = master(stage, 1).jedis()) {
            stage.newMaster(stage.cluster().startSpare());
            first.clusterSetSlotMigrating(7, master(stage, 1).nodeId());
            second.clusterSetSlotImporting(7, master(stage, 0).nodeId());
            second.clusterSetSlotImporting(8, master(stage, 0).nodeId());
            second.clientSetname("slotferry:another-run:1.1");

            PreflightReport report = stage.accepting("no-open-slot").report();

            String remedy = " -> let the migration that opened them finish, or finish it by hand, before you expand";
            assertThat(stage.says(report, CheckName.NO_OPEN_SLOT).lines())
                    .containsExactlyInAnyOrder(
                            "FAIL: {master-0} (its ID) has slots 7 migrating to {master-1}" + remedy,
                            "FAIL: {master-1} (its ID) has slots 7-8 importing from {master-0}" + remedy);
            assertThat(report.unmatched()).containsExactly("no-open-slot (cannot be accepted)");
            assertThat(stage.says(report, CheckName.NO_OTHER_SLOTFERRY).replaceAll("id=[0-9]+", "id=I"))
                    .isEqualTo(
                            "FAIL: CLIENT LIST of {master-1} shows id=I name=slotferry:another-run:1.1 -> find the run"
                                    + " whose ID stands in the name, perhaps on another Temporal server, and let it end");
        }
    }

    @Test
    void a_slot_that_only_a_replica_holds_open_is_found_too() {
        try (PreflightStage stage = new PreflightStage(
                        cluster("valkey-9.1").replicasPerMaster(1).start());
                Jedis first = master(stage, 0).jedis()) {
            stage.newMaster(stage.cluster().startSpare());
            first.clusterSetSlotMigrating(7, master(stage, 1).nodeId());

            String remedy = " -> let the migration that opened them finish, or finish it by hand, before you expand";
            assertThat(stage.says(CheckName.NO_OPEN_SLOT).lines())
                    .containsExactlyInAnyOrder(
                            "FAIL: {master-0} (its ID) has slots 7 migrating to {master-1}" + remedy,
                            "FAIL: {replica-0} (its ID) has slots 7 migrating to {master-1}" + remedy);
        }
    }

    @Test
    void slots_without_an_owner_are_named_by_every_node_that_sees_none() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0").start())) {
            stage.newMaster(stage.cluster().startSpare());
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
                // A word of their owner that is on its way gives them back to whoever dropped them before it came.
                stage.cluster().masters().forEach(ClusterChecksIT::dropSlots);
                return stage.says(CheckName.COVERAGE)
                                .lines()
                                .filter(line -> line.contains("cluster_state:ok"))
                                .count()
                        == 3;
            });

            String remedy =
                    " -> give the slots an owner again (bring the failed master back, or see redis-cli --cluster"
                            + " check)";
            assertThat(stage.says(CheckName.COVERAGE).lines())
                    .contains(
                            "FAIL: {master-0} (its ID) sees no owner of slots 0-2" + remedy,
                            "FAIL: {master-2} (its ID) sees no owner of slots 0-2" + remedy,
                            "FAIL: {master-1} (its ID) does not say cluster_state:ok" + remedy);
        }
    }

    private static void dropSlots(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            jedis.clusterDelSlots(0, 1, 2);
        } catch (JedisDataException e) {
            assertThat(e).hasMessageContaining("is already unassigned");
        }
    }

    @Test
    void a_node_that_some_do_not_know_splits_the_view() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0").start());
                Jedis second = master(stage, 1).jedis()) {
            stage.newMaster(stage.cluster().startSpare());
            second.sendCommand(
                    Protocol.Command.CLUSTER, "FORGET", master(stage, 2).nodeId());

            assertThat(stage.says(CheckName.ONE_VIEW)
                            .replaceAll("\\{master-[02]}(?= \\(its ID\\) does\\.)", "{another}"))
                    .contains(
                            "FAIL: {master-1} (its ID) does not know {master-2} (its ID); {another} (its ID) does. -> wait"
                                    + " until the nodes agree; if they do not, compare CLUSTER NODES of the nodes named");
            assertThat(stage.says(CheckName.QUORUM)).isEqualTo("NOT_APPLICABLE: the nodes' views differ");
        }
    }

    @Test
    void after_a_failover_the_dead_master_is_named() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0")
                .replicasPerMaster(1)
                .config("cluster-node-timeout 1500")
                .start())) {
            stage.newMaster(stage.cluster().startSpare());
            String address = master(stage, 1).address();
            master(stage, 1).kill();
            try (Jedis heir = stage.cluster().replicas().get(1).jedis()) {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> heir.info("replication")
                        .contains("role:master"));
            }
            // Once the others have heard of it, and hold none of themselves for failing.
            Awaitility.await()
                    .atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertNamesTheDeadMaster(stage, address));
        }
    }

    private static void assertNamesTheDeadMaster(PreflightStage stage, String address) {
        PreflightReport report = stage.report();

        assertThat(stage.says(report, CheckName.NO_FAILING_NODE))
                .isEqualTo(
                        "FAIL: {master-1} (its ID) is flagged FAIL by 5 nodes -> bring the node back, or CLUSTER FORGET"
                                + " it on every node if it is gone for good");
        assertThat(stage.says(report, CheckName.NODE_REACHABLE))
                .isEqualTo("FAIL@{master-1}: {master-1} does not answer (connecting): Connection refused -> see on the"
                        + " worker's host whether it answers (redis-cli -h " + address.replace(":", " -p ")
                        + " ping); start it, or correct its address");
        String wait = " -> wait until the nodes agree; if they do not, compare CLUSTER NODES of the nodes named";
        assertThat(stage.says(report, CheckName.ONE_VIEW)
                        .replaceFirst("known to \\{\\w+-[0-9]}", "known to {?}")
                        .lines())
                .hasSize(6)
                .contains(
                        "FAIL: {master-1} (its ID) is known to {?} (its ID), but its own view is missing (5 of 5 views"
                                + " see it failing)." + wait,
                        "FAIL: {master-0} (its ID) has no bus link to {master-1} (its ID)" + wait);
    }

    @Test
    void a_master_whose_replica_shares_its_host_and_a_host_with_the_majority_are_named() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0")
                .replicasPerMaster(1)
                .hosts("127.0.0.1", "127.0.0.1", "127.0.0.2")
                .start())) {
            stage.newMaster(stage.cluster().startSpare("127.0.0.2"));

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.MASTER_AND_REPLICA_APART))
                    .isEqualTo(
                            "WARN@{master-0}: {master-0} (its ID) and its replica {replica-0} (its ID) run on one host ->"
                                    + " move the replica to another host: losing this one loses the shard");
            assertThat(stage.says(report, CheckName.HOSTS_WITH_MASTERS))
                    .isEqualTo(
                            "WARN: now 127.0.0.1 has 2 of 3 masters: its loss leaves no majority, and no replica would be"
                                    + " promoted -> spread the masters over at least three hosts (CLUSTER FAILOVER on a replica"
                                    + " elsewhere)\n"
                                    + "WARN: after the expansion 127.0.0.1 has 2 of 4 masters: its loss leaves no majority, and no"
                                    + " replica would be promoted -> spread the masters over at least three hosts (CLUSTER FAILOVER"
                                    + " on a replica elsewhere)");
        }
    }

    @Test
    void masters_of_an_even_number_of_hosts_and_without_replicas_and_without_a_vote_to_spare_are_named() {
        try (PreflightStage stage = new PreflightStage(
                cluster("redis-7.0").masters(2).hosts("127.0.0.1", "127.0.0.2").start())) {
            stage.newMaster(stage.cluster().startSpare("127.0.0.3"))
                    .accepting("master-without-replica@" + master(stage, 0).address());

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.QUORUM))
                    .isEqualTo(
                            "WARN: 2 of 2 masters with slots can vote, 2 are a majority: if one fails during the run, no"
                                    + " replica can be promoted -> three masters that are all up outlive the loss of one; bring"
                                    + " back what is missing, or go on knowing it");
            String remedy = " -> add a replica to it, or accept \"master-without-replica\" in the request";
            assertThat(stage.says(report, CheckName.MASTER_WITHOUT_REPLICA).lines())
                    .containsExactlyInAnyOrder(
                            "FAIL@{master-0}: master {master-0} (its ID) owns 8,192 slots and has no replica (accepted)"
                                    + remedy,
                            "FAIL@{master-1}: master {master-1} (its ID) owns 8,192 slots and has no replica" + remedy);
            assertThat(report.passed()).isFalse();
            assertThat(report.unmatched()).isEmpty();
        }
    }

    @Test
    void a_running_migration_job_is_named() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-8.6")
                        .masters(2)
                        .config("cluster-node-timeout 60000")
                        .start());
                Jedis target = master(stage, 0).jedis()) {
            stage.newMaster(stage.cluster().startSpare());
            // A source that does not answer, so that the job does not end.
            master(stage, 1).suspend();
            target.sendCommand(Protocol.Command.CLUSTER, "MIGRATION", "IMPORT", "9000", "9010");

            String says = stage.says(CheckName.NO_MIGRATION_JOB);

            master(stage, 1).resume();
            assertThat(says.replaceAll("job \\S+ of", "job J of")
                            .replaceAll("(?<=9000-9010 )from \\S+ to \\S+: [\\w-]+", "from S to T: its state"))
                    .isEqualTo(
                            "FAIL: {master-0}: migration job J of slots 9000-9010 from S to T: its state -> let it finish, or"
                                    + " cancel it on the node, before you expand");
        }
    }

    @Test
    void a_cluster_that_is_none_and_seeds_that_do_not_answer_leave_the_new_nodes_to_be_checked() {
        try (PreflightStage stage =
                        new PreflightStage(cluster("redis-7.0").masters(1).start());
                Jedis only = master(stage, 0).jedis()) {
            stage.newMaster(stage.cluster().startSpare());
            only.clusterReset(ClusterResetType.HARD);

            PreflightReport report = stage.report();

            assertThat(stage.says(report, CheckName.CLUSTER_REACHABLE))
                    .isEqualTo(
                            "FAIL@{master-0}: {master-0} is in no cluster: it knows no other node and owns no slot -> name"
                                    + " seeds that are members of the cluster to be grown");
            assertThat(stage.says(report, CheckName.NEW_NODE_BUS_PORT))
                    .isEqualTo("PASS@{new-1}: its bus port can be reached from the worker");
            assertThat(stage.says(report, CheckName.CONFIG_PARITY))
                    .isEqualTo("NOT_APPLICABLE: no node of the cluster could be asked for its configuration");
        }
    }

    @Test
    void without_a_majority_of_its_masters_nothing_is_begun() {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0").start())) {
            stage.newMaster(stage.cluster().startSpare());
            master(stage, 1).kill();
            master(stage, 2).kill();

            assertThat(stage.says(CheckName.QUORUM))
                    .isEqualTo(
                            "FAIL: 1 of 3 masters with slots can vote, 2 are a majority: no replica can be promoted, and"
                                    + " the others refuse clients -> bring the failed masters back");
        }
    }

    @Test
    void a_failover_that_happens_meanwhile_is_named() throws Exception {
        try (PreflightStage stage =
                new PreflightStage(cluster("redis-7.0").replicasPerMaster(1).start())) {
            stage.newMaster(stage.cluster().startSpare());

            String says = whileFailingOver(
                    List.of(master(stage, 0), stage.cluster().replicas().get(0)),
                    () -> stage.says(CheckName.NO_FAILOVER));

            assertThat(says.replaceAll("[0-9]+\\.[0-9] s", "N s")
                            .replaceAll("\\{(master|replica)-0} \\(its ID\\)", "{either}")
                            .lines())
                    .contains(
                            "FAIL: {either} began a manual failover (CLUSTER FAILOVER), within N s -> wait until it is over"
                                    + " and the shard has its master; where it begins anew each time, see the logs of the"
                                    + " shard's nodes for who asks for it, or why its master is not reached");
        }
    }

    @Test
    void a_failover_that_cannot_go_on_since_its_master_is_away_is_named() throws Exception {
        try (PreflightStage stage = new PreflightStage(cluster("redis-7.0")
                .replicasPerMaster(1)
                .config("cluster-node-timeout 60000")
                .start())) {
            stage.newMaster(stage.cluster().startSpare());
            LocalNode replica = stage.cluster().replicas().get(1);
            master(stage, 1).suspend();

            String says = whileFailingOver(List.of(replica), () -> stage.says(CheckName.NO_FAILOVER));

            master(stage, 1).resume();
            assertThat(says.replaceAll("[0-9]+\\.[0-9] s", "N s"))
                    .isEqualTo(
                            "FAIL: {replica-1} (its ID) began a manual failover (CLUSTER FAILOVER), within N s -> wait until"
                                    + " it is over and the shard has its master; where it begins anew each time, see the logs"
                                    + " of the shard's nodes for who asks for it, or why its master is not reached");
        }
    }

    /** Each of these nodes is asked again and again to become its shard's master, until a look has met that. */
    private static String whileFailingOver(List<LocalNode> shard, Supplier<String> look) throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> failovers = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                for (LocalNode node : shard) {
                    failOver(node);
                }
            }
        });
        try {
            return Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(look::get, says -> says.contains("began a manual failover"));
        } finally {
            over.set(true);
            failovers.get();
        }
    }

    private static void failOver(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            jedis.sendCommand(Protocol.Command.CLUSTER, "FAILOVER");
            Thread.sleep(200);
        } catch (JedisDataException e) {
            // It is the master already.
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
