package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** What a node answers about keys of a slot that is migrating. */
@Execution(ExecutionMode.CONCURRENT)
class MigratingSlotIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_key_that_is_gone_meanwhile_has_no_size_and_no_dump(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis();
                ChangingNode node = cluster.nodes.change(
                        GrownCluster.address(cluster.source),
                        new ConnectionName("test", 1, 1),
                        Duration.ofSeconds(5))) {
            String here = GrownCluster.keyIn(9);
            source.set(here, "v");
            target.clusterSetSlotImporting(9, cluster.source.nodeId());
            source.clusterSetSlotMigrating(9, cluster.target.nodeId());

            List<Long> sizes = node.memoryUsage(0, List.of(bytes(here), bytes("gone" + here)));

            assertThat(sizes.get(0)).isPositive();
            assertThat(sizes.get(1)).isZero();
            assertThat(node.dump(0, bytes(here), false)).isPresent();
            assertThat(node.dump(0, bytes("gone" + here), false)).isEmpty();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
