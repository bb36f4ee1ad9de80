package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisDataException;

class LocalClusterIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_started_cluster_serves_writes_and_its_spare_is_alone_and_empty(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(binary).start()) {
            assertThat(ClusterReadiness.whyNot(cluster.nodes())).isNull();
            LocalNode first = cluster.masters().get(0);
            try (RedisClusterClient client = RedisClusterClient.builder()
                    .nodes(Set.of(first.hostAndPort()))
                    .clientConfig(first.clientConfig())
                    .poolConfig(new ConnectionPoolConfig())
                    .build()) {
                for (int i = 0; i < 100; i++) {
                    client.set("key-" + i, "value-" + i);
                }
                assertThat(client.get("key-99")).isEqualTo("value-99");
            }
            LocalNode spare = cluster.startSpare();
            try (Jedis jedis = spare.jedis()) {
                assertThat(jedis.clusterNodes().lines()).hasSize(1);
                assertThat(jedis.dbSize()).isZero();
                assertThat(jedis.clusterMyId()).isEqualTo(spare.nodeId());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void nodes_may_have_host_addresses_of_their_own_and_need_an_acl_user(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(binary)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .aclUser("ferry", "s3 cr\\e\"t")
                .start()) {
            for (int shard = 0; shard < 3; shard++) {
                assertThat(cluster.replicas().get(shard).host())
                        .isNotEqualTo(cluster.masters().get(shard).host());
            }
            LocalNode asked = cluster.masters().get(2);
            try (Jedis jedis = asked.jedis()) {
                String nodes = jedis.clusterNodes();
                assertThat(cluster.nodes())
                        .allSatisfy(node -> assertThat(nodes).contains(node.nodeId() + " " + node.address() + "@"));
            }
            try (Jedis stranger = new Jedis(asked.hostAndPort())) {
                assertThatThrownBy(stranger::ping)
                        .isInstanceOf(JedisDataException.class)
                        .hasMessageContaining("NOAUTH");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void a_restarted_node_is_itself_again_with_or_without_its_keys(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(binary)
                .masters(1)
                .replicasPerMaster(0)
                .password("s3 cr\\e\"t")
                .start()) {
            LocalNode node = cluster.masters().get(0);
            set(node, "kept");
            String id = node.nodeId();

            node.restart(true);
            assertThat(keysAndId(node)).containsExactly("1", id);

            node.restart(false);
            cluster.awaitReady();
            assertThat(keysAndId(node)).containsExactly("0", id);
        }
    }

    @Test
    void a_given_layout_is_the_one_that_comes_up() {
        try (LocalCluster cluster = LocalCluster.builder(ServerBinary.find())
                .replicasPerMaster(0)
                .layout("0-99 200-16383", "100-199", "")
                .start()) {
            try (Jedis jedis = cluster.masters().get(2).jedis()) {
                String nodes = jedis.clusterNodes();
                assertThat(nodes).contains("connected 0-99 200-16383").contains("connected 100-199");
            }
        }
    }

    @Test
    void without_masters_there_are_spares_and_servers_that_are_not_in_cluster_mode() {
        try (LocalCluster loose = LocalCluster.builder(ServerBinary.find())
                .masters(0)
                .config("cluster-node-timeout 2000")
                .start()) {
            try (Jedis jedis = loose.startStandalone().jedis()) {
                assertThatThrownBy(jedis::clusterMyId)
                        .isInstanceOf(JedisDataException.class)
                        .hasMessageContaining("cluster support disabled");
            }
            LocalNode spare = loose.startSpare("127.0.0.2");
            try (Jedis jedis = spare.jedis()) {
                assertThat(jedis.configGet("cluster-node-timeout")).containsValue("2000");
            }
            assertThat(loose.spares()).containsExactly(spare);
        }
    }

    @ParameterizedTest
    @MethodSource("several_databases")
    void several_databases_can_be_configured_where_the_server_has_them(WantedServer wanted) {
        ServerBinary binary = wanted.orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(binary)
                        .masters(1)
                        .replicasPerMaster(0)
                        .config("cluster-databases 4")
                        .start();
                Jedis jedis = cluster.masters().get(0).jedis()) {
            assertThat(jedis.select(3)).isEqualTo("OK");
        }
    }

    static Stream<WantedServer> several_databases() {
        return WantedServer.named("valkey-9.1");
    }

    @Test
    void closing_ends_every_process_and_deletes_the_temporary_folder() {
        LocalCluster cluster = LocalCluster.builder(ServerBinary.find()).start();
        LocalNode suspended = cluster.masters().get(0);
        suspended.suspend();
        assertThat(suspended.isAlive()).isTrue();
        cluster.close();
        assertThat(cluster.nodes()).noneMatch(LocalNode::isAlive);
        assertThat(cluster.folder()).doesNotExist();
    }

    @Test
    void a_released_cluster_stays_when_it_is_closed(@TempDir Path folder) {
        LocalCluster cluster = LocalCluster.builder(ServerBinary.find())
                .masters(1)
                .replicasPerMaster(0)
                .folder(folder)
                .start();
        LocalNode node = cluster.masters().get(0);
        try {
            cluster.release();
            cluster.close();
            set(node, "kept");
            assertThat(node.isAlive()).isTrue();
        } finally {
            node.kill();
        }
        assertThat(node.log()).exists();
    }

    @Test
    void a_setting_that_the_server_refuses_is_reported_with_the_end_of_its_log(@TempDir Path folder) {
        assertThatThrownBy(() -> LocalCluster.builder(ServerBinary.find())
                        .masters(1)
                        .config("no-such-setting 1")
                        .folder(folder)
                        .start())
                .isInstanceOf(ServerStartException.class)
                .hasMessageContaining("ended with exit code 1")
                .hasMessageContaining("no-such-setting")
                .hasMessageContaining(folder.toString());
        assertThat(Files.exists(folder.resolve("master-0/log"))).isTrue();
    }

    private static void set(LocalNode node, String key) {
        try (Jedis jedis = node.jedis()) {
            jedis.set(key, "value");
        }
    }

    private static List<String> keysAndId(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return List.of(Long.toString(jedis.dbSize()), jedis.clusterMyId());
        }
    }
}
