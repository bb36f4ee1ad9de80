package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import io.slotferry.planning.SlotRanges;
import io.slotferry.sandbox.Access;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.GuardedProcess;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.history.v1.HistoryEvent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** Backups by the one jar, as a user runs it: a command and a worker, each a process, and a real Temporal server. */
class BackupRunIT {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Path JAR = Path.of("target", "slotferry.jar").toAbsolutePath();

    @TempDir
    private static Path workers;

    private static TemporalAndWorker backstage;
    private static LocalCluster cluster;

    private GuardedProcess worker;

    @BeforeAll
    static void start() {
        backstage = TemporalAndWorker.withoutWorker();
        cluster = LocalCluster.builder(ServerBinary.find())
                .replicasPerMaster(0)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .start();
        Dataset.of(30_000).fill(Access.to(cluster));
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        backstage.close();
    }

    @Test
    void a_backup_whose_worker_is_killed_in_mid_stream_is_finished_by_the_next_one(@TempDir Path store)
            throws Exception {
        LocalNode slow = cluster.masters().get(2);
        keyDelay(slow, Duration.ofMillis(20));
        startWorker("killed", Map.of());
        CompletableFuture<String> backup =
                CompletableFuture.supplyAsync(() -> backUp("killed", "file:" + store, "killed"));
        Awaitility.await("two files finished and one on its way")
                .atMost(PATIENCE)
                // A file that has got its name between two looks at it.
                .ignoreExceptions()
                .until(() -> named(store, ".rdb.json").size() == 2
                        && named(store, ".part").stream().anyMatch(part -> size(part) > 0));
        Map<Path, Object> finished =
                named(store, ".rdb").stream().collect(Collectors.toMap(file -> file, BackupRunIT::inode));

        worker.kill();
        keyDelay(slow, Duration.ZERO);
        assertThat(named(store, ".part")).as("what a dead worker leaves").hasSize(1);
        startWorker("killed", Map.of());

        assertThat(backup.get()).contains("the backup is written and verified; nothing on the cluster was changed");
        assertWhole(store, store);
        assertThat(finished)
                .as("files that were finished before, and are not made anew")
                .hasSize(2);
        finished.forEach((file, inode) -> assertThat(inode(file)).isEqualTo(inode));
        assertThat(attempts("backup-killed", "BackUp")).isGreaterThan(1);
        worker.close();
    }

    @Test
    void the_one_jar_writes_into_a_bucket(@TempDir Path store) throws Exception {
        try (Bucket bucket = Bucket.serve(store)) {
            startWorker(
                    "bucket",
                    Map.of(
                            "SLOTFERRY_CREDENTIALS_STORE_USERNAME", Bucket.KEY,
                            "SLOTFERRY_CREDENTIALS_STORE_PASSWORD", Bucket.SECRET));

            String text = backUp("bucket", bucket.store("prod", "store"), "bucket");

            assertThat(text).contains("the backup is written and verified; nothing on the cluster was changed");
            assertWhole(store, store.resolve(Bucket.NAME).resolve("prod"));
            worker.close();
        }
    }

    /** A node writes its RDB so slowly: Redis's own tests slow it down by the same parameter. */
    private static void keyDelay(LocalNode node, Duration delay) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet("rdb-key-save-delay", Long.toString(delay.toNanos() / 1_000));
        }
    }

    private void startWorker(String taskQueue, Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(backstage.environment());
        environment.putAll(more);
        Path log = workers.resolve("worker-" + System.nanoTime() + ".log");
        worker = GuardedProcess.start(line("worker", "--task-queue", taskQueue), environment, workers, log);
        Awaitility.await("the worker polls").atMost(PATIENCE).until(() -> Files.readString(log)
                .contains("worker ready"));
    }

    /** What the command prints; it ends well. */
    private static String backUp(String name, String store, String taskQueue) {
        List<String> command = line("backup");
        command.addAll(
                List.of("--name", name, "--seed", cluster.masters().get(0).address()));
        command.addAll(List.of("--backup", store, "--accept", "master-without-replica"));
        command.addAll(List.of("--task-queue", taskQueue));
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().putAll(backstage.environment());
        try {
            Process running = process.start();
            String text = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(running.waitFor()).as(text).isZero();
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> line(String... words) {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-jar",
                JAR.toString()));
        line.addAll(List.of(words));
        return line;
    }

    /** One backup lies there, nothing beside it, and each of its files is what the manifest says. */
    private static void assertWhole(Path all, Path store) throws Exception {
        Path manifest = named(store, "manifest.json").get(0);
        Backup backup = SlotferryJson.mapper().readValue(manifest.toFile(), Backup.class);
        assertThat(backup.parts()).hasSize(3);
        List<String> expected = new ArrayList<>(List.of("manifest.json"));
        for (Part part : backup.parts()) {
            expected.add(part.file());
            expected.add(part.file() + ".json");
            byte[] file = Files.readAllBytes(manifest.resolveSibling(part.file()));
            assertThat(file).hasSize(Math.toIntExact(part.bytes()));
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(file)))
                    .isEqualTo(part.sha256());
            assertThat(part.crc64()).isPresent();
            assertThat(noted(manifest.resolveSibling(part.file() + ".json"))).isEqualTo(part);
        }
        assertThat(SlotRanges.union(backup.parts().stream().map(Part::slots)).size())
                .isEqualTo(16_384);
        assertThat(backup.parts().stream()
                        .mapToLong(part -> part.rdb().firstDatabaseKeys().orElseThrow())
                        .sum())
                .isEqualTo(30_000);
        assertThat(named(all, ""))
                .extracting(Path::getFileName)
                .extracting(Path::toString)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    private static Part noted(Path note) throws IOException {
        return SlotferryJson.mapper().readValue(note.toFile(), new TypeReference<Part>() {});
    }

    private static List<Path> named(Path folder, String end) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(end))
                    .filter(Files::isRegularFile)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** 0 where it has got its name meanwhile. */
    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object inode(Path file) {
        try {
            return Objects.requireNonNull(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int attempts(String workflowId, String activity) {
        List<HistoryEvent> events =
                backstage.link().client().fetchHistory(workflowId).getEvents();
        long scheduled = events.stream()
                .filter(event -> event.getActivityTaskScheduledEventAttributes()
                        .getActivityType()
                        .getName()
                        .equals(activity))
                .mapToLong(HistoryEvent::getEventId)
                .findFirst()
                .orElseThrow();
        return events.stream()
                .map(HistoryEvent::getActivityTaskStartedEventAttributes)
                .filter(started -> started.getScheduledEventId() == scheduled)
                .mapToInt(started -> started.getAttempt())
                .findFirst()
                .orElseThrow();
    }
}
