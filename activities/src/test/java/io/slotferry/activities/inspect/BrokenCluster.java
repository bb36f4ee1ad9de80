package io.slotferry.activities.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credential;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.workflows.contract.ClusterAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.MigrateParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A cluster with keys that a test breaks, and that the commands of an inspection mend. */
final class BrokenCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    final LocalCluster local;
    private final Optional<Credential> credential;
    private final Map<String, String> written = new HashMap<>();

    BrokenCluster(LocalCluster local, Optional<Credential> credential) {
        this.local = local;
        this.credential = credential;
        for (int i = 0; i < 300; i++) {
            put("key:" + i, "value of " + i);
        }
    }

    LocalNode master(int shard) {
        return local.masters().get(shard);
    }

    /** Writes on the master whose slot it is by the layout that the cluster began with. */
    void put(String key, String value) {
        int slot = JedisClusterCRC16.getSlot(key);
        try (Jedis jedis = master(slot <= 5_460 ? 0 : slot <= 10_922 ? 1 : 2).jedis()) {
            jedis.set(key, value);
        }
        written.put(key, value);
    }

    /** Keys of one slot, with names that a shell would take apart. */
    List<String> keysIn(int slot, int count) {
        String tag = "";
        for (int i = 0; tag.isEmpty(); i++) {
            if (JedisClusterCRC16.getSlot("{" + i + "}") == slot) {
                tag = "{" + i + "}";
            }
        }
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String key = tag + " key\n'" + i + "' $HOME";
            put(key, "value of " + i);
            keys.add(key);
        }
        return keys;
    }

    /** Sends keys as a mover does, and leaves the slot as it is. */
    void migrate(LocalNode from, LocalNode to, List<String> keys) {
        try (Jedis jedis = from.jedis()) {
            MigrateParams params = new MigrateParams();
            credential.ifPresent(secret -> params.auth2(secret.username().orElseThrow(), secret.password()));
            jedis.migrate(to.host(), to.port(), 5_000, params, keys.toArray(new String[0]));
        }
    }

    /** CLUSTER SETSLOT and the like, on one node. */
    static void cluster(LocalNode node, String... words) {
        try (Jedis jedis = node.jedis()) {
            String[] arguments = new String[words.length];
            System.arraycopy(words, 0, arguments, 0, words.length);
            jedis.sendCommand(redis.clients.jedis.Protocol.Command.CLUSTER, arguments);
        }
    }

    static void importing(LocalNode node, int slot, LocalNode from) {
        cluster(node, "SETSLOT", String.valueOf(slot), "IMPORTING", from.nodeId());
    }

    static void migrating(LocalNode node, int slot, LocalNode to) {
        cluster(node, "SETSLOT", String.valueOf(slot), "MIGRATING", to.nodeId());
    }

    Inspection inspect() {
        return inspect(master(0));
    }

    Inspection inspect(LocalNode seed) {
        ClusterAccess access =
                new ClusterAccess(List.of(new NodeAddress(seed.host(), seed.port())), credential.map(secret -> "test"));
        Credentials credentials = name -> credential;
        return new Inspector(
                        new ClusterReader(RespNodes.with(credentials, access.credentials())),
                        credential.flatMap(Credential::username))
                .inspect(access, Optional.empty());
    }

    /** The finding of this kind, once it is there; some need a moment until gossip has shown them. */
    Finding awaitFinding(FindingKind kind) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreException(IllegalStateException.class)
                .until(
                        () -> inspect().findings().stream()
                                .filter(finding -> finding.kind().equals(kind.text()))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Runs the commands as they are printed, by the CLI of the servers; whether the shell ended well, with what it said. */
    String run(Finding finding) {
        Path bin = local.binary().cli().orElseThrow().getParent();
        ProcessBuilder shell =
                new ProcessBuilder("sh", "-c", String.join("\n", finding.commands())).redirectErrorStream(true);
        shell.environment().merge("PATH", bin.toString(), (path, own) -> own + ":" + path);
        credential.ifPresent(secret -> shell.environment().put("REDISCLI_AUTH", secret.password()));
        try {
            Process process = shell.start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return "exit " + process.waitFor() + "\n" + said;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Runs its commands; then nothing is amiss, and every key is there once. */
    void mend(Finding finding) {
        assertThat(finding.commands()).as("commands of " + finding.title()).isNotEmpty();
        assertFits(finding);
        String said = run(finding);
        assertThat(said).as(String.join("\n", finding.commands())).startsWith("exit 0\n");
        awaitHealthy();
        assertKeys();
    }

    void awaitHealthy() {
        Awaitility.await()
                .atMost(PATIENCE)
                .ignoreException(IllegalStateException.class)
                .untilAsserted(
                        () -> assertThat(InspectionText.of(inspect(), false)).contains("Nothing is amiss."));
    }

    private void assertFits(Finding finding) {
        Inspection inspection = inspect();
        assertThat(InspectionText.of(inspection, false).lines())
                .as(finding.title())
                .allMatch(line -> line.length() <= 80);
    }

    /** Members and spares whose process runs. */
    List<LocalNode> alive() {
        return Stream.concat(local.nodes().stream(), local.spares().stream())
                .filter(LocalNode::isAlive)
                .toList();
    }

    /** Every key that was written is there with its value, on one node. */
    void assertKeys() {
        Map<String, String> found = new HashMap<>();
        for (LocalNode node : alive()) {
            try (Jedis jedis = node.jedis()) {
                if (!"master".equals(jedis.role().get(0))) {
                    continue;
                }
                Set<String> keys = jedis.keys("*");
                keys.forEach(key ->
                        assertThat(found.put(key, jedis.get(key))).as(key).isNull());
            }
        }
        assertThat(found).isEqualTo(written);
    }

    @Override
    public void close() {
        local.close();
    }
}
