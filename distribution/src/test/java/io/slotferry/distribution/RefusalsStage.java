package io.slotferry.distribution;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.TemporalProcess;
import io.slotferry.servers.WantedServer;
import io.slotferry.worker.SlotferryWorker;
import io.slotferry.worker.WorkerSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisClusterException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A cluster of three masters and three replicas, a second one that asks for a password, nodes that fit and nodes of every
 * kind that does not, and a Temporal server with a worker. Each node has a name by which requests and messages call it.
 */
final class RefusalsStage implements AutoCloseable {
    /** Nothing listens there: only root could. */
    static final String NOWHERE = "127.0.0.1:1";

    private static final Map<String, String> CREDENTIALS = Map.of(
            "SLOTFERRY_CREDENTIALS_RIGHT_PASSWORD", "s3cret",
            "SLOTFERRY_CREDENTIALS_WRONG_PASSWORD", "not it");

    private final LocalCluster cluster;
    private final LocalCluster locked;
    private final TemporalProcess temporal;
    private final TemporalLink link;
    private final SlotferryWorker worker;
    private final Map<String, LocalNode> nodes = new LinkedHashMap<>();
    private final LocalNode frozen;

    RefusalsStage(Path folder) {
        ServerBinary binary = new WantedServer("redis-7.0").orSkip(TestAbortedException::new);
        temporal = LocalTemporal.builder().startProcessOrSkip(TestAbortedException::new);
        link = TemporalLink.to(temporal);
        worker = SlotferryWorker.start(
                link.client(),
                new WorkerSettings("slotferry", CREDENTIALS, Optional.empty(), folder.resolve("reports")));
        // Nodes that are held for failing would be another cluster than the one that was not touched.
        Duration busyMachine = Duration.ofSeconds(60);
        LocalClusterBuilder described = LocalCluster.builder(binary).nodeTimeout(busyMachine);
        cluster = described.hosts("127.0.0.1", "127.0.0.2", "127.0.0.3").start();
        locked = LocalCluster.builder(binary)
                .nodeTimeout(busyMachine)
                .masters(1)
                .replicasPerMaster(0)
                .password("s3cret")
                .start();
        name(cluster.masters(), "master");
        name(cluster.replicas(), "replica");
        nodes.put("new", cluster.startSpare("127.0.0.4"));
        nodes.put("new-beside", cluster.startSpare("127.0.0.4"));
        nodes.put("new-apart", cluster.startSpare("127.0.0.5"));
        nodes.put("with-data", withData());
        nodes.put("not-in-cluster-mode", cluster.startStandalone());
        nodes.put("elsewhere-1", cluster.startSpare("127.0.0.7"));
        nodes.put("elsewhere-2", cluster.startSpare("127.0.0.8"));
        formAnotherCluster();
        nodes.put("locked", locked.masters().get(0));
        nodes.put("locked-new", locked.startSpare("127.0.0.4"));
        frozen = cluster.startSpare("127.0.0.9");
        frozen.suspend();
    }

    private void name(List<LocalNode> some, String role) {
        for (LocalNode node : some) {
            nodes.put(role + "-" + (some.indexOf(node) + 1), node);
        }
    }

    /** Keys without slots, as a node has them that was taken out of a cluster by hand. */
    private LocalNode withData() {
        LocalNode node = cluster.startSpare("127.0.0.6");
        int slot = JedisClusterCRC16.getSlot("left");
        try (Jedis jedis = node.jedis()) {
            jedis.configSet("cluster-require-full-coverage", "no");
            jedis.clusterAddSlots(slot);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(3))
                    .ignoreExceptionsInstanceOf(JedisClusterException.class)
                    .until(() -> jedis.set("left", "here").equals("OK"));
            jedis.clusterDelSlots(slot);
            jedis.configSet("cluster-require-full-coverage", "yes");
        }
        return node;
    }

    /** Distinct epochs from the start, or the nodes would change them later by themselves. */
    private void formAnotherCluster() {
        LocalNode one = nodes.get("elsewhere-1");
        LocalNode two = nodes.get("elsewhere-2");
        try (Jedis first = one.jedis();
                Jedis second = two.jedis()) {
            first.clusterSetConfigEpoch(1);
            second.clusterSetConfigEpoch(2);
            first.clusterMeet(two.host(), two.port());
            Awaitility.await().atMost(Duration.ofMinutes(3)).until(() -> Stream.of(first, second)
                    .allMatch(RefusalsStage::knowsBoth));
        }
    }

    /** Connected to each other, and each with the epoch that the other has. */
    private static boolean knowsBoth(Jedis node) {
        List<String> lines = node.clusterNodes().lines().toList();
        return lines.stream().allMatch(line -> line.endsWith(" connected") && !line.contains("handshake"))
                && lines.stream()
                        .map(line -> line.split(" ")[6])
                        .sorted()
                        .toList()
                        .equals(List.of("1", "2"));
    }

    TemporalProcess temporal() {
        return temporal;
    }

    TemporalLink link() {
        return link;
    }

    /** Names of nodes in braces become their addresses. */
    String withAddresses(String text) {
        String result = text.replace("{nowhere}", NOWHERE)
                .replace("{frozen}", frozen.address())
                .replace("{web-ui}", webUi());
        for (Map.Entry<String, LocalNode> node : nodes.entrySet()) {
            result = result.replace("{" + node.getKey() + "}", node.getValue().address());
        }
        return result;
    }

    /** Addresses become names of nodes in braces, and what differs from run to run is spelled out. */
    String withNames(String text) {
        String result = text.replace(frozen.address(), "{frozen}").replace(webUi(), "{web-ui}");
        for (Map.Entry<String, LocalNode> node : nodes.entrySet()) {
            String name = node.getKey();
            LocalNode server = node.getValue();
            result = result.replaceAll(server.address().replace(".", "\\.") + "\\b", "{" + name + "}");
            result = result.replace(onCommandLine(server.address()), "-h {" + name + "}");
            if (!name.equals("not-in-cluster-mode")) {
                result = result.replace(server.nodeId(), "{id of " + name + "}");
                result = result.replace(server.nodeId().substring(0, 8), "{id of " + name + "}");
            }
        }
        result = result.replace(onCommandLine(frozen.address()), "-h {frozen}")
                .replace(onCommandLine(webUi()), "-h {web-ui}");
        return result.replaceAll(NOWHERE.replace(".", "\\.") + "\\b", "{nowhere}");
    }

    /** As redis-cli takes an address. */
    private static String onCommandLine(String address) {
        return "-h " + address.replace(":", " -p ");
    }

    /** A port where something listens that speaks another language. */
    private String webUi() {
        return temporal.uiUrl().orElseThrow().replace("http://", "");
    }

    /** What each node but the frozen one, which could not answer, has to say that a touch would change. */
    Map<String, NodePortrait> portraits() {
        Map<String, NodePortrait> portraits = new LinkedHashMap<>();
        nodes.forEach((name, node) -> portraits.put(name, NodePortrait.of(node)));
        return portraits;
    }

    /** IDs of the cluster's members, any of which may name a lease. */
    List<String> memberIds() {
        return cluster.nodes().stream().map(LocalNode::nodeId).toList();
    }

    @Override
    public void close() {
        worker.stop(Duration.ofSeconds(5));
        link.close();
        temporal.close();
        frozen.resume();
        cluster.close();
        locked.close();
    }
}
