package io.slotferry.activities.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Stage;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;

/** How a node is asked for atomic slot migrations. */
class MigrationJobsIT {
    static Stream<WantedServer> serversWithAtomicMigration() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_server_that_has_none_or_knows_of_none_says_so(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = LocalCluster.builder(server).masters(0).start();
                Node node = RespNodes.with(name -> Optional.empty(), Optional.empty())
                        .look(address(local.startSpare()))) {
            assertThat(node.migrationJobs().all()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("serversWithAtomicMigration")
    void without_the_right_to_ask_the_answer_is_not_that_there_is_none(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster local = LocalCluster.builder(server).masters(0).start()) {
            LocalNode spare = local.startSpare();
            try (Jedis jedis = spare.jedis()) {
                jedis.aclSetUser("curious", "on", ">pass", "+@all", "-cluster");
            }
            Credential curious = new Credential(Optional.of("curious"), "pass");
            try (Node node = RespNodes.with(name -> Optional.of(curious), Optional.of("any"))
                    .look(address(spare))) {
                assertThatThrownBy(node::migrationJobs)
                        .isInstanceOf(NodeFailure.Refused.class)
                        .hasMessageContaining("NOPERM");
            }
        }
    }

    @Test
    void a_job_of_redis_that_failed_is_still_at_work_since_the_server_begins_it_again() {
        ServerBinary server =
                WantedServer.named("redis-8.6").findFirst().orElseThrow().orSkip(TestAbortedException::new);
        try (LocalCluster local = LocalCluster.builder(server)
                        .masters(2)
                        .replicasPerMaster(0)
                        .start();
                Jedis source = local.masters().get(0).jedis();
                Jedis target = local.masters().get(1).jedis();
                Node node = RespNodes.with(name -> Optional.empty(), Optional.empty())
                        .look(address(local.masters().get(1)))) {
            // While a slot stands open there, the source refuses.
            source.clusterSetSlotMigrating(7, local.masters().get(1).nodeId());
            target.sendCommand(Protocol.Command.CLUSTER, "MIGRATION", "IMPORT", "0", "5");

            // The very look that found it so: each second the server begins it again.
            Job job = await().atMost(Duration.ofMinutes(1))
                    .until(
                            () -> node.migrationJobs().running().stream()
                                    .filter(found -> found.stage() == Stage.FAILING)
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            assertThat(job.slots()).isEqualTo(SlotRanges.parse("0-5"));
            assertThat(job.target().value()).isEqualTo(local.masters().get(1).nodeId());
            assertThat(job.text()).contains(job.id(), "0-5", "failed", "must be STABLE");
        }
    }

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }
}
