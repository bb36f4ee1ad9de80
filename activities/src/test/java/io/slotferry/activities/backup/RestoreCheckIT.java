package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.Backup.Rdb;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.FailureKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/** Files of a backup, loaded by a real server. */
class RestoreCheckIT {
    @TempDir
    private static Path folder;

    private static ServerBinary server;
    private static BackupFiles files;
    private static Part part;

    @BeforeAll
    static void backUp() throws Exception {
        server = WantedServer.named("redis-7.0").findFirst().orElseThrow().orSkip(TestAbortedException::new);
        try (LocalCluster cluster = LocalCluster.builder(server)
                .masters(1)
                .replicasPerMaster(0)
                .config("enable-debug-command yes")
                .start()) {
            BackupLab.fill(cluster, 100);
            try (Jedis jedis = cluster.masters().get(0).jedis()) {
                // Logically expired, and still there: nobody looks at it.
                jedis.sendCommand(
                        () -> "DEBUG".getBytes(java.nio.charset.StandardCharsets.UTF_8), "SET-ACTIVE-EXPIRE", "0");
                jedis.set("soon gone", "value", SetParams.setParams().px(1));
                Thread.sleep(20);
            }
            BackupOrder order = BackupLab.order(cluster, "file:" + folder, BackupOptions.DEFAULT);
            Backup backup = BackupLab.backUp(order);
            files = new BackupFiles(BackupLab.STORES.open(order.store()), order);
            part = backup.parts().get(0);
        }
    }

    @AfterAll
    static void close() {
        if (files != null) {
            files.store().close();
        }
    }

    private static RestoreCheck check(ServerBinary... servers) {
        return new RestoreCheck(files, List.of(servers), () -> {});
    }

    @Test
    void keys_that_had_expired_are_counted_with_those_that_were_loaded() {
        Backup.Loaded loaded = check(server).prove(part).loaded().orElseThrow();

        assertThat(part.rdb().firstDatabaseKeys()).hasValue(101L);
        assertThat(loaded).isEqualTo(new Backup.Loaded(server.toString(), 100, Optional.of(1L)));
    }

    @Test
    void a_file_that_holds_other_keys_than_it_says_fails_with_both_counts() {
        Part other = with(part.file(), Optional.of(102L));

        Halted halted = catchThrowableOfType(Halted.class, () -> check(server).prove(other));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.RESTORE_CHECK_FAILED);
        assertThat(halted.halt().evidence())
                .containsExactly(server + " loaded 100 keys, and 1 had expired", "the file announces 102");
    }

    @Test
    void a_file_that_a_server_does_not_load_fails_with_the_end_of_its_log() throws Exception {
        byte[] content = Files.readAllBytes(Path.of(files.place()).resolve(part.file()));
        content[content.length / 2] ^= 1;
        Files.write(Path.of(files.place()).resolve("broken.rdb"), content);

        Halted halted = catchThrowableOfType(Halted.class, () -> check(server)
                .prove(with("broken.rdb", part.rdb().firstDatabaseKeys())));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.RESTORE_CHECK_FAILED);
        assertThat(halted.halt().text()).contains("broken.rdb", "did not load it", "the end of its log");
    }

    @Test
    void a_worker_without_a_fit_server_says_which_one_is_wanted() {
        Halted halted = catchThrowableOfType(Halted.class, () -> check().prove(part));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.RESTORE_CHECK_FAILED);
        assertThat(halted.halt().text())
                .contains("it was written by redis 7.0.", "servers on this worker: []", "SLOTFERRY_SERVER");
    }

    private static Part with(String file, Optional<Long> keys) {
        Rdb rdb = part.rdb();
        return new Part(
                file,
                part.members(),
                part.slots(),
                part.source(),
                part.bytes(),
                part.sha256(),
                part.crc64(),
                new Rdb(rdb.magic(), rdb.server(), rdb.replicationId(), rdb.replicationOffset(), keys),
                part.begun(),
                part.ended(),
                Optional.empty());
    }
}
