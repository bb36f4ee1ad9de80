package io.slotferry.activities.inspect;

import static io.slotferry.activities.inspect.BrokenCluster.cluster;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Clusters that are broken otherwise than by open slots are explained, and mended where a command is safe. */
class BrokenClusterIT {
    private static BrokenCluster broken;

    /** One for all cases, on three hosts: each leaves it whole. */
    @BeforeAll
    static void start() {
        broken = new BrokenCluster(
                LocalCluster.builder(WantedServer.named("redis-7.0")
                                .findFirst()
                                .orElseThrow()
                                .orSkip(TestAbortedException::new))
                        .masters(3)
                        .replicasPerMaster(1)
                        .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                        .config("cluster-allow-replica-migration no")
                        .start(),
                Optional.empty());
        // No shard changes its master, so that each case finds the others' roles.
        broken.local.nodes().forEach(node -> {
            try (Jedis jedis = node.jedis()) {
                jedis.configSet("cluster-replica-no-failover", "yes");
            }
        });
    }

    @AfterAll
    static void stop() {
        if (broken != null) {
            broken.close();
        }
    }

    private static LocalNode joined(String host) {
        LocalNode spare = broken.local.startSpare(host);
        try (Jedis jedis = broken.master(0).jedis()) {
            jedis.clusterMeet(spare.host(), spare.port());
        }
        spare.nodeId();
        broken.awaitHealthy();
        return spare;
    }

    @Test
    void a_reshard_of_redis_cli_that_failed_in_the_middle_of_a_slot() throws Exception {
        broken.keysIn(10_925, 12);
        LocalNode source = broken.master(2);
        LocalNode target = broken.master(1);
        maxMemory(target, "1");
        Process reshard = new ProcessBuilder(
                        broken.local.binary().cli().orElseThrow().toString(),
                        "--cluster",
                        "reshard",
                        source.address(),
                        "--cluster-from",
                        source.nodeId(),
                        "--cluster-to",
                        target.nodeId(),
                        "--cluster-slots",
                        "8",
                        "--cluster-yes")
                .redirectErrorStream(true)
                .start();
        String said = new String(reshard.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(reshard.waitFor()).as(said).isNotZero();
        maxMemory(target, "0");

        Finding finding = broken.awaitFinding(FindingKind.OPEN_SLOT_HALF_MOVED);

        assertThat(finding.title()).startsWith("Slot 10925 is half moved from " + source.address());
        broken.mend(finding);
    }

    private static void maxMemory(LocalNode node, String bytes) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet("maxmemory", bytes);
        }
    }

    @Test
    void slots_that_no_node_owns_go_to_the_node_that_has_their_keys() {
        broken.keysIn(100, 3);
        // A word of the owner, or of its replica, that is on its way gives it back to whoever dropped it before it
        // came.
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> broken.alive().stream()
                .filter(BrokenClusterIT::drops)
                .findAny()
                .isEmpty());

        Finding finding = broken.awaitFinding(FindingKind.SLOTS_WITHOUT_OWNER);

        assertThat(finding.title()).isEqualTo("Slot 100 has no owner");
        assertThat(finding.commands()).singleElement().asString().endsWith(" cluster addslots 100");
        broken.mend(finding);
    }

    /** Whether the node saw an owner of slot 100 until now. */
    private static boolean drops(LocalNode node) {
        try {
            cluster(node, "DELSLOTS", "100");
            return true;
        } catch (JedisDataException e) {
            assertThat(e).hasMessageContaining("is already unassigned");
            return false;
        }
    }

    @Test
    void slots_that_their_owner_dropped_are_taken_again() {
        broken.keysIn(110, 3);
        cluster(broken.master(0), "DELSLOTS", "110", "111", "112");

        Finding finding = broken.awaitFinding(FindingKind.SLOTS_DISOWNED);

        assertThat(finding.title()).contains("does not own slots 110-112, as others think");
        broken.mend(finding);
    }

    @Test
    void slots_of_a_shard_that_is_away_are_given_to_nobody() {
        List<LocalNode> shard = broken.alive().stream()
                .filter(node -> isOfShard(node, broken.master(2).nodeId()))
                .toList();
        shard.forEach(LocalNode::suspend);
        try {
            Finding finding = broken.awaitFinding(FindingKind.NODE_AWAY_WITH_SLOTS);

            assertThat(finding.title()).contains("and does not answer");
            assertThat(finding.seen()).anyMatch(line -> line.contains("No replica of it answers"));
            assertThat(finding.means()).contains("no command is safe");
            assertThat(finding.commands()).isEmpty();
        } finally {
            shard.forEach(LocalNode::resume);
        }
        broken.awaitHealthy();
        broken.assertKeys();
    }

    private static boolean isOfShard(LocalNode node, String master) {
        try (Jedis jedis = node.jedis()) {
            return node.nodeId().equals(master)
                    || jedis.clusterNodes()
                            .lines()
                            .anyMatch(line -> line.contains("myself,slave") && line.contains(" " + master + " "));
        }
    }

    @Test
    void a_node_that_was_forgotten_by_one_is_introduced_again() {
        LocalNode forgetful = broken.master(1);
        LocalNode forgotten = broken.local.replicas().get(2);
        cluster(forgetful, "FORGET", forgotten.nodeId());

        Finding finding = broken.awaitFinding(FindingKind.NODE_UNKNOWN_TO_SOME);

        assertThat(finding.seen().get(0)).startsWith(forgetful.address()).endsWith("does not know it.");
        broken.mend(finding);
    }

    @Test
    void a_node_that_left_and_was_not_forgotten_by_all() {
        LocalNode ghost = joined("127.0.0.1");
        ghost.kill();
        cluster(broken.master(0), "FORGET", ghost.nodeId());

        Finding finding = broken.awaitFinding(FindingKind.GHOST_NODE);

        assertThat(finding.title())
                .isEqualTo(ghost.address() + " (" + ghost.nodeId().substring(0, 8) + ") is known and does not answer");
        broken.mend(finding);
    }

    @Test
    void a_master_that_lost_its_replica_gets_another_one() {
        LocalNode spare = joined("127.0.0.3");
        LocalNode lost = broken.local.replicas().get(1);
        String master = masterOf(lost);
        lost.kill();
        assertThat(broken.awaitFinding(FindingKind.MASTER_WITHOUT_REPLICA).first())
                .isEqualTo("Bring its replica back first.");
        broken.run(broken.awaitFinding(FindingKind.GHOST_NODE));

        Finding finding = broken.awaitFinding(FindingKind.MASTER_WITHOUT_REPLICA);

        assertThat(finding.first()).contains(spare.address());
        broken.mend(finding);
        assertThat(masterOf(spare)).isEqualTo(master);
    }

    private static String masterOf(LocalNode replica) {
        try (Jedis jedis = replica.jedis()) {
            return jedis.clusterNodes()
                    .lines()
                    .filter(line -> line.contains("myself,slave"))
                    .map(line -> line.split(" ")[3])
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void a_replica_beside_its_master_changes_places_with_another() {
        LocalNode beside = broken.local.replicas().get(2);
        LocalNode other = broken.local.replicas().get(0);
        assertThat(beside.host()).isEqualTo(broken.master(0).host());
        cluster(other, "REPLICATE", broken.master(2).nodeId());
        cluster(beside, "REPLICATE", broken.master(0).nodeId());

        Finding finding = broken.awaitFinding(FindingKind.REPLICA_BESIDE_ITS_MASTER);

        assertThat(finding.title()).startsWith("Master " + broken.master(0).address());
        broken.mend(finding);
    }
}
