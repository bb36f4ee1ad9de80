package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Real nodes whose forks, or whose backup, may not find room. */
class ForkRoomIT {
    private static PreflightStage stage;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        stage = new PreflightStage(LocalCluster.builder(new WantedServer("redis-7.0").orSkip(TestAbortedException::new))
                .replicasPerMaster(0)
                .start());
        stage.newMaster(stage.cluster().startSpare());
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @AfterEach
    void putBack() {
        stage.backupTo("none");
        stage.workersProc(Path.of("/proc"));
    }

    private static LocalNode master() {
        return stage.cluster().masters().get(0);
    }

    private static String says() {
        return stage.says(CheckName.FORK_ROOM).replaceAll("[0-9,]+ MB", "N MB");
    }

    /** The kernel's own setting is everybody's, so that a folder speaks for it here. */
    private void kernel(int overcommit, String meminfo) throws IOException {
        Path setting = folder.resolve("sys/vm/overcommit_memory");
        Files.createDirectories(setting.getParent());
        Files.writeString(setting, overcommit + "\n");
        Files.writeString(folder.resolve("meminfo"), "MemTotal:       24684092 kB\n" + meminfo);
        stage.workersProc(folder);
    }

    @Test
    void a_node_whose_last_snapshot_failed_is_named() throws IOException {
        Path inTheWay = Files.createDirectories(master().folder().resolve("dump.rdb"));
        try (Jedis jedis = master().jedis()) {
            jedis.bgsave();
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> jedis.info("persistence")
                    .contains("rdb_last_bgsave_status:err"));

            String says = says();

            Files.delete(inTheWay);
            jedis.bgsave();
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> jedis.info("persistence")
                    .contains("rdb_last_bgsave_status:ok"));
            assertThat(says)
                    .isEqualTo(
                            "WARN@{master-0}: the last BGSAVE of {master-0} failed (rdb_last_bgsave_status:err) -> see its"
                                    + " log (disk full, no memory to fork, rights on its folder), then BGSAVE");
        }
    }

    @Test
    void a_kernel_that_may_refuse_a_fork_is_named() throws IOException {
        kernel(0, "MemAvailable:       1000 kB\n");

        assertThat(says())
                .contains(
                        "WARN@{master-0}: vm.overcommit_memory is 0 on the host of {master-0}: a fork of it asks for N MB,"
                                + " and N MB are free: it may be refused -> sysctl vm.overcommit_memory=1 there (and in"
                                + " /etc/sysctl.conf)");

        kernel(1, "MemAvailable:       1000 kB\n");
        assertThat(says()).isEqualTo("PASS: every node has room for a fork, and its last one went well");
    }

    @Test
    void a_kernel_that_promises_no_more_than_it_has_fails_where_nothing_is_left_to_promise() throws IOException {
        kernel(2, "CommitLimit:       5000 kB\nCommitted_AS:       9000 kB\n");

        assertThat(says())
                .contains(
                        "FAIL@{master-0}: vm.overcommit_memory is 2 on the host of {master-0}: a fork of it asks for N MB,"
                                + " and N MB are left to promise, so that it is refused -> sysctl vm.overcommit_memory=1"
                                + " there (and in /etc/sysctl.conf)");
    }

    @Test
    void a_store_on_a_disk_without_room_fails_and_one_with_room_says_how_much() {
        // A file system that has none.
        stage.backupTo("file:/proc/backups");
        String figures =
                " on the worker has N MB free, and the masters' data takes N MB in memory, which their RDBs hardly"
                        + " exceed";
        assertThat(says())
                .isEqualTo("FAIL: the disk of /proc/backups" + figures + " -> make room on the worker's disk, or name"
                        + " another store; where the data compresses well, accept \"fork-room\"");

        stage.backupTo("file:" + folder + "/not/there/yet");
        assertThat(says())
                .isEqualTo("PASS: every node has room for a fork, and its last one went well; the disk of " + folder
                        + "/not/there/yet" + figures);
    }

    @Test
    void a_store_in_a_folder_that_its_user_may_not_write_in_fails() {
        // Nobody may, root neither.
        stage.backupTo("file:/proc/sys/backups");

        assertThat(says())
                .isEqualTo(
                        "FAIL: the worker's user may not write in /proc/sys, and the backup is to lie in"
                                + " /proc/sys/backups -> give the worker's user the right to write there, or name another store");
    }

    @Test
    void a_store_below_a_file_fails() throws IOException {
        Path file = Files.writeString(folder.resolve("notes.txt"), "no folder");
        stage.backupTo("file:" + file + "/backups");

        assertThat(says())
                .isEqualTo("FAIL: " + file + " on the worker is no folder, and the backup is to lie in " + file
                        + "/backups -> name another store, or move that file away");
    }

    @Test
    void the_room_in_a_bucket_cannot_be_asked() {
        stage.backupTo("s3://redis-backups/prod?region=eu-central-1");

        assertThat(says())
                .isEqualTo("PASS: every node has room for a fork, and its last one went well\n"
                        + "NOT_APPLICABLE: how much room there is in a bucket cannot be asked");
    }
}
