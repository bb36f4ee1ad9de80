package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;

/** The drill of docs/RESTORE.md: a cluster, its backup, a new cluster from the files, and every key compared. */
@Execution(ExecutionMode.CONCURRENT)
class RestoreIT {
    private static final int KEYS = 400;

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-7.0", "redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_cluster_restored_from_the_files_has_every_key_as_it_was(WantedServer wanted, @TempDir Path folder)
            throws IOException {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        boolean databases = server.isNamed("valkey-9.1");
        String[] config = databases ? new String[] {"cluster-databases 4"} : new String[0];
        Map<String, String> keys;
        Backup backup;
        try (LocalCluster cluster = start(server, config)) {
            BackupLab.fill(cluster, KEYS);
            if (databases) {
                fillAnotherDatabase(cluster.masters().get(0));
            }
            keys = keys(cluster.masters(), databases ? 4 : 1);
            BackupOptions loading = new BackupOptions(true, 2, Duration.ofHours(1));
            backup = BackupLab.backUp(BackupLab.order(cluster, "file:" + folder, loading));
        }
        assertThat(backup.loaded()).isTrue();
        assertThat(backup.parts().stream()
                        .mapToLong(part -> part.loaded().orElseThrow().keys())
                        .sum())
                .isEqualTo(keys.size());

        Path place = Path.of(backup.place());
        Backup manifest = SlotferryJson.mapper()
                .readValue(place.resolve(BackupFiles.MANIFEST).toFile(), Backup.class);
        String[] layout = manifest.parts().stream()
                .map(part -> part.slots().toString().replace(',', ' '))
                .toArray(String[]::new);
        try (LocalCluster restored = LocalCluster.builder(server)
                .masters(manifest.parts().size())
                .replicasPerMaster(0)
                .layout(layout)
                .config(config)
                .start()) {
            for (int i = 0; i < manifest.parts().size(); i++) {
                Part part = manifest.parts().get(i);
                LocalNode node = restored.masters().get(i);
                node.kill();
                Files.copy(place.resolve(part.file()), node.folder().resolve("dump.rdb"));
                node.start();
            }
            restored.awaitReady();

            assertThat(keys(restored.masters(), databases ? 4 : 1)).isEqualTo(keys);
        }
        assertThat(keys).hasSize(KEYS + (databases ? 50 : 0));
    }

    private static LocalCluster start(ServerBinary server, String... config) {
        return LocalCluster.builder(server)
                .masters(3)
                .replicasPerMaster(0)
                .config(config)
                .start();
    }

    private static void fillAnotherDatabase(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            jedis.select(3);
            // {06S} is slot 0.
            for (int i = 0; i < 50; i++) {
                jedis.set("{06S}" + i, "in database 3: " + i);
            }
        }
    }

    /** By database and key: when it expires, and its value as DUMP writes it. */
    private static Map<String, String> keys(List<LocalNode> masters, int databases) {
        Map<String, String> keys = new TreeMap<>();
        for (LocalNode master : masters) {
            try (Jedis jedis = master.jedis()) {
                for (int database = 0; database < databases; database++) {
                    if (database > 0) {
                        jedis.select(database);
                    }
                    add(keys, database, jedis);
                }
            }
        }
        return keys;
    }

    private static void add(Map<String, String> keys, int database, Jedis jedis) {
        String cursor = ScanParams.SCAN_POINTER_START;
        do {
            ScanResult<String> page = jedis.scan(cursor, new ScanParams().count(1_000));
            for (String key : page.getResult()) {
                keys.put(
                        database + ":" + key,
                        jedis.pexpireTime(key) + " "
                                + new String(
                                        jedis.dump(key.getBytes(StandardCharsets.UTF_8)), StandardCharsets.ISO_8859_1));
            }
            cursor = page.getCursor();
        } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    }
}
