package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;

class LocalClusterIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.ServerBinary#all")
    void a_started_cluster_is_whole_and_a_spare_is_alone_and_empty(ServerBinary binary) {
        try (LocalCluster cluster = LocalCluster.builder(binary).start()) {
            LocalNode spare = cluster.startSpare();
            try (Jedis jedis = spare.jedis()) {
                assertThat(jedis.clusterNodes().lines()).hasSize(1);
                assertThat(jedis.dbSize()).isZero();
            }
            assertThat(ClusterReadiness.whyNot(cluster.nodes())).isNull();
        }
    }
}
