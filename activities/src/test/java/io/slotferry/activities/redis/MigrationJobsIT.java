package io.slotferry.activities.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.activities.credentials.Credential;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

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
            assertThat(node.migrationJobs()).isEmpty();
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

    private static NodeAddress address(LocalNode node) {
        return new NodeAddress(node.host(), node.port());
    }
}
