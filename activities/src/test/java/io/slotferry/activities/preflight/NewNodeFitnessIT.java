package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** New nodes that do not fit: what each check of them says, on real servers that are configured so. */
class NewNodeFitnessIT {
    private static PreflightStage stage;
    private static LocalNode spare;

    @BeforeAll
    static void start() {
        stage = new PreflightStage(LocalCluster.builder(new WantedServer("redis-7.0").orSkip(TestAbortedException::new))
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .config("maxmemory 100mb")
                .start());
        spare = stage.cluster().startSpare("127.0.0.4");
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void putBack() {
        stage.without();
        stage.quiet();
        stage.workersClock(Clock.systemUTC());
    }

    /** Sets it on the new node for the time of a look. */
    private static String withSetting(CheckName check, String parameter, String value) {
        return With.setting(spare, parameter, value, () -> stage.says(check));
    }

    @Test
    void the_bus_port_that_a_new_node_announces_has_to_be_open() {
        stage.newMaster(spare);

        assertThat(withSetting(CheckName.NEW_NODE_BUS_PORT, "cluster-announce-bus-port", "1"))
                .isEqualTo("FAIL@{new-1}: the bus port that {new-1} announces, 127.0.0.4:1, cannot be reached from the"
                        + " worker: Connection refused -> open it for all nodes of the cluster (firewall, port mapping),"
                        + " or correct cluster-announce-bus-port on the new node; where only the worker cannot reach it,"
                        + " accept \"new-node-bus-port\"");
    }

    @Test
    void a_new_node_has_to_be_reached_by_the_address_that_it_announces() {
        stage.newMaster(spare);
        LocalNode other = stage.cluster().masters().get(0);

        assertThat(With.setting(
                        spare,
                        "cluster-announce-port",
                        Integer.toString(other.port()),
                        () -> withSetting(CheckName.NEW_NODE_ANNOUNCED_ADDRESS, "cluster-announce-ip", other.host())))
                .isEqualTo(
                        "FAIL@{new-1}: {new-1} announces itself as {master-0}: another node answers there (its ID) ->"
                                + " set cluster-announce-ip, -port and -hostname on it to what the other nodes and the clients"
                                + " reach; where only the worker cannot reach it, accept \"new-node-announced-address\"");
        assertThat(withSetting(CheckName.NEW_NODE_ANNOUNCED_ADDRESS, "cluster-announce-port", "1"))
                .isEqualTo(
                        "FAIL@{new-1}: {new-1} announces itself as 127.0.0.4:1: 127.0.0.4:1 does not answer (connecting):"
                                + " Connection refused -> set cluster-announce-ip, -port and -hostname on it to what the other"
                                + " nodes and the clients reach; where only the worker cannot reach it, accept"
                                + " \"new-node-announced-address\"");
    }

    @Test
    void who_prefers_hostnames_has_to_announce_one() {
        stage.newMaster(spare);

        assertThat(withSetting(CheckName.NEW_NODE_ANNOUNCED_ADDRESS, "cluster-preferred-endpoint-type", "hostname"))
                .isEqualTo(
                        "FAIL@{new-1}: {new-1} has cluster-preferred-endpoint-type hostname and announces no hostname:"
                                + " clients would be redirected to \"?\" -> CONFIG SET cluster-announce-hostname on it to its"
                                + " name");
    }

    @Test
    void a_new_node_needs_room_for_its_share_of_the_data() {
        stage.newMaster(spare);
        try (Jedis jedis = stage.cluster().masters().get(0).jedis()) {
            // {06S} is in slot 0, which the first master has.
            jedis.set("{06S}", "x".repeat(30_000_000));
            String says = withSetting(CheckName.NEW_NODE_MEMORY, "maxmemory", "9mb");
            jedis.del("{06S}");

            assertThat(says.replaceAll("[0-9]+ MB", "N MB"))
                    .isEqualTo(
                            "FAIL@{new-1}: {new-1} will use N MB with the planned share of N MB, of N MB (maxmemory),"
                                    + " limit 80 % (thresholds.memory) -> raise maxmemory, take larger machines, or add more"
                                    + " masters");
        }
    }

    @Test
    void new_nodes_on_one_host_without_maxmemory_share_its_memory() {
        LocalNode beside = stage.cluster().startSpare("127.0.0.4");
        stage.newMaster(spare).newMaster(beside);

        String says =
                With.setting(beside, "maxmemory", "0", () -> withSetting(CheckName.NEW_NODE_MEMORY, "maxmemory", "0"));

        assertThat(says.replaceAll("[0-9]+ MB", "N MB"))
                .isEqualTo(
                        "PASS@{new-1}: 2 new nodes on 127.0.0.4 will use N MB with the planned share of N MB each, of N"
                                + " MB (the machine's memory), limit 80 % (thresholds.memory)");
    }

    @Test
    void a_new_node_persists_as_the_others_do() {
        stage.newMaster(spare);

        assertThat(withSetting(CheckName.NEW_NODE_PERSISTENCE, "save", "60 1000"))
                .isEqualTo(
                        "FAIL@{new-1}: {new-1} has appendonly no and save points, the cluster's nodes have appendonly no"
                                + " and no save points -> CONFIG SET appendonly and save on it as on the others, then CONFIG"
                                + " REWRITE");
    }

    @Test
    void a_new_master_that_wants_replicas_to_write_gets_them_first() {
        stage.newMaster(spare);

        assertThat(withSetting(CheckName.NEW_NODE_MIN_REPLICAS, "min-replicas-to-write", "1"))
                .isEqualTo("FAIL@{new-1}: {new-1} has min-replicas-to-write 1 and no replica while slots move to it: it"
                        + " would refuse every key -> attach replicas before the reshard (attachReplicas BEFORE_RESHARD),"
                        + " or set min-replicas-to-write 0 on it");
    }

    /** One machine has one clock, so it is the worker's that is set wrong here. */
    @Test
    void clocks_agree_with_the_workers() {
        stage.newMaster(spare);
        stage.workersClock(Clock.offset(Clock.systemUTC(), Duration.ofHours(1)));

        String remedy =
                " -> set it by NTP (chronyc tracking on its host shows how it stands); if all nodes are off alike,"
                        + " it is the worker's host that is wrong";
        assertThat(stage.says(CheckName.CLOCKS)
                        .lines()
                        .map(line -> line.replaceAll("3[56][0-9]{2}\\.[0-9]", "3600")
                                .replaceAll("round trip [0-9.]+", "round trip N"))
                        .toList())
                .hasSize(7)
                .contains(
                        "FAIL@{new-1}: the clock of {new-1} is 3600 s behind the worker's (round trip N ms), limit 1 s"
                                + remedy,
                        "WARN@{replica-2}: the clock of {replica-2} is 3600 s behind the worker's (round trip N ms), limit"
                                + " 1 s" + remedy);
    }
}
