package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** A backup passes through a worker whose heap is much smaller: an eighth, as 500 MB through 64 MB would be. */
class SmallHeapIT {
    private static final int MEGABYTES = 200;
    private static final int HEAP_MEGABYTES = 24;

    @Test
    void a_backup_eight_times_as_large_as_the_heap_passes_through(@TempDir Path folder) throws Exception {
        try (LocalCluster cluster = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .masters(1)
                .replicasPerMaster(0)
                .config("enable-debug-command yes", "rdbcompression no")
                .start()) {
            LocalNode node = cluster.masters().get(0);
            try (Jedis jedis = node.jedis()) {
                jedis.sendCommand(
                        () -> "DEBUG".getBytes(StandardCharsets.UTF_8),
                        "POPULATE",
                        Integer.toString(MEGABYTES),
                        "key",
                        "1000000");
            }

            String[] figures = output(node, folder).strip().split(" ");

            assertThat(Long.parseLong(figures[0])).isGreaterThan(MEGABYTES * 1_000_000L);
            assertThat(Long.parseLong(figures[1])).isLessThan(HEAP_MEGABYTES * 1_048_576L);
            assertThat(Long.parseLong(figures[2])).isLessThanOrEqualTo(HEAP_MEGABYTES * 1_048_576L);
        }
    }

    private static String output(LocalNode node, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + HEAP_MEGABYTES + "m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SmallHeapBackup.class.getName(),
                        node.address(),
                        "file:" + folder)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code").isZero();
        return output.lines().reduce((first, last) -> last).orElseThrow();
    }
}
