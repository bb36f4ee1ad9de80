package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import io.slotferry.activities.CaughtUp;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Backups of a real cluster into a folder, and what can go wrong on the way. */
class BackupIT {
    private static final int KEYS = 1_000;
    private static final BackupOptions OPTIONS = BackupOptions.DEFAULT;
    private static LocalCluster cluster;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        cluster = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .masters(3)
                .replicasPerMaster(1)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .start();
        BackupLab.fill(cluster, KEYS);
        BackupLab.fillWithNoise(cluster.masters().get(0), 20, 100_000);
        CaughtUp.await(cluster);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private BackupOrder order() {
        return BackupLab.order(cluster, "file:" + folder, OPTIONS);
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void every_master_is_written_by_its_replica_and_each_figure_of_the_manifest_is_true(String diskless)
            throws Exception {
        for (LocalNode node : cluster.nodes()) {
            try (Jedis jedis = node.jedis()) {
                jedis.configSet("repl-diskless-sync", diskless);
            }
        }

        Backup backup = BackupLab.backUp(order());

        assertThat(backup.parts()).hasSize(3);
        assertThat(backup.keys()).hasValue(KEYS + 20L);
        assertThat(backup.warnings()).isEmpty();
        assertThat(backup.place()).startsWith(folder + "/orders/");
        List<String> replicas =
                cluster.replicas().stream().map(LocalNode::nodeId).toList();
        for (Part part : backup.parts()) {
            Path file = Path.of(backup.place()).resolve(part.file());
            byte[] content = Files.readAllBytes(file);
            assertThat(content).hasSize(Math.toIntExact(part.bytes()));
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
                    .isEqualTo(part.sha256());
            assertThat(replicas).contains(part.source().value());
            assertThat(part.crc64()).isPresent();
            assertThat(part.rdb().server().orElseThrow()).startsWith("redis 7.0.");
            assertThat(part.rdb().replicationOffset()).isPresent();
        }
        assertThat(SlotferryJson.mapper()
                        .readValue(
                                Path.of(backup.place())
                                        .resolve(BackupFiles.MANIFEST)
                                        .toFile(),
                                Backup.class))
                .isEqualTo(backup);
        assertThat(BackupLab.files(folder)).hasSize(7).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void a_master_without_a_replica_in_sync_is_asked_itself_and_the_manifest_says_so() {
        LocalNode replica = cluster.replicas().get(1);
        replica.suspend();
        try {
            // What it holds is checked against its master's view, which takes a frozen one for well until it times out.
            Nodes nodes = new BackupLab.Diverted(BackupLab.nodes(), BackupLab.nodes()::rdb);
            Halted halted =
                    catchThrowableOfType(Halted.class, () -> BackupLab.backUp(order(), nodes, new FreeLifeline()));
            assertThat(halted.halt().kind()).isEqualTo(FailureKind.VIEWS_DISAGREE);
        } finally {
            replica.resume();
        }
        cluster.awaitReady();
        Nodes refusing = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            if (address.equals(BackupLab.address(replica))) {
                throw new BrokenRdb("as the test wants it");
            }
            return BackupLab.nodes().rdb(address, waiting);
        });

        Backup backup = BackupLab.backUp(order(), refusing, new FreeLifeline());

        LocalNode master = cluster.masters().get(1);
        assertThat(backup.parts())
                .filteredOn(part -> part.source().value().equals(master.nodeId()))
                .hasSize(1);
        assertThat(backup.warnings())
                .singleElement()
                .asString()
                .contains("was written by the master " + master.address());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 12, 30, 60, 5_000, 1_000_000, -60, -1})
    void a_stream_that_is_cut_off_anywhere_is_seen_and_the_next_node_is_asked(long at) {
        LocalNode replica = cluster.replicas().get(0);
        long point = at < 0 ? lengthOfAnswers(replica) + at : at;

        Backup backup = through(replica, point, MeddlingProxy.Deed.CUT);

        assertThat(backup.parts())
                .filteredOn(part ->
                        part.source().value().equals(cluster.masters().get(0).nodeId()))
                .hasSize(1);
        assertThat(BackupLab.files(folder)).hasSize(7).noneMatch(name -> name.endsWith(".part"));
    }

    @ParameterizedTest
    @ValueSource(longs = {200, 5_000, 1_500_000, -100})
    void a_flipped_byte_is_seen_and_the_next_node_is_asked(long at) {
        LocalNode replica = cluster.replicas().get(0);
        long point = at < 0 ? lengthOfAnswers(replica) + at : at;

        Backup backup = through(replica, point, MeddlingProxy.Deed.FLIP);

        assertThat(backup.parts())
                .filteredOn(part ->
                        part.source().value().equals(cluster.masters().get(0).nodeId()))
                .hasSize(1);
    }

    /** As many bytes as a node answers to the whole conversation. */
    private long lengthOfAnswers(LocalNode node) {
        BackupOrder order = BackupLab.order(cluster, "file:" + folder.resolve("measured"), OPTIONS);
        Part part = BackupLab.backUp(order).parts().stream()
                .filter(p -> p.source().value().equals(node.nodeId()))
                .findFirst()
                .orElseThrow();
        deleteAll();
        // "+OK" to each REPLCONF, the mark's line before the file and the mark behind it.
        return 5 + 5 + 47 + part.bytes() + 40;
    }

    private void deleteAll() {
        try (var found = Files.walk(folder)) {
            found.sorted(java.util.Comparator.reverseOrder())
                    .filter(path -> !path.equals(folder))
                    .forEach(path -> path.toFile().delete());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Backup through(LocalNode node, long point, MeddlingProxy.Deed deed) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet("repl-diskless-sync", "yes");
        }
        try (MeddlingProxy proxy = new MeddlingProxy(node.host(), node.port(), point, deed)) {
            Nodes nodes = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> BackupLab.nodes()
                    .rdb(
                            address.equals(BackupLab.address(node))
                                    ? new NodeAddress("127.0.0.1", proxy.port())
                                    : address,
                            waiting));
            return BackupLab.backUp(order(), nodes, new FreeLifeline());
        }
    }

    @Test
    void a_shard_that_nobody_gives_whole_fails_the_backup_with_every_try_and_no_manifest() {
        LocalNode master = cluster.masters().get(2);
        LocalNode replica = cluster.replicas().get(2);
        Nodes nodes = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            if (List.of(BackupLab.address(master), BackupLab.address(replica)).contains(address)) {
                throw new BrokenRdb("no luck");
            }
            return BackupLab.nodes().rdb(address, waiting);
        });

        Halted halted = catchThrowableOfType(Halted.class, () -> BackupLab.backUp(order(), nodes, new FreeLifeline()));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.BACKUP_FAILED);
        assertThat(halted.halt().evidence())
                .containsExactly(
                        replica.address() + ": no luck",
                        master.address() + ": no luck",
                        master.address() + ": no luck");
        assertThat(BackupLab.files(folder)).noneMatch(name -> name.endsWith(".part") || name.contains("manifest"));
    }

    @Test
    void an_attempt_that_dies_leaves_nothing_half_named_and_the_next_one_keeps_what_is_whole() throws Exception {
        BackupOrder order = order();
        AtomicInteger asked = new AtomicInteger();
        FreeLifeline dying = new FreeLifeline();
        Nodes counting = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            if (asked.incrementAndGet() == 3) {
                dying.supersede();
            }
            return BackupLab.nodes().rdb(address, waiting);
        });
        BackupOrder oneByOne = new BackupOrder(
                order.access(),
                order.cluster(),
                order.store(),
                new BackupOptions(false, 1, Duration.ofHours(1)),
                order.workflowId(),
                order.runId(),
                order.orderedAt());

        assertThat(catchThrowableOfType(Lifeline.Superseded.class, () -> BackupLab.backUp(oneByOne, counting, dying)))
                .isNotNull();
        List<String> whole = BackupLab.files(folder);
        assertThat(whole).hasSize(4).noneMatch(name -> name.endsWith(".part") || name.contains("manifest"));
        // What a killed process would have left.
        Path left = Files.writeString(
                folder.resolve(whole.get(0)).resolveSibling(".half.rdb.0000.part"), "REDIS0010 and some");

        Backup backup = BackupLab.backUp(oneByOne, counting, new FreeLifeline());

        assertThat(asked).hasValue(4);
        assertThat(backup.parts()).hasSize(3);
        assertThat(left).doesNotExist();
        assertThat(BackupLab.files(folder)).hasSize(7).containsAll(whole);
    }

    @Test
    void two_nodes_of_one_host_never_write_at_once() {
        Map<String, AtomicInteger> writing = new ConcurrentHashMap<>();
        AtomicInteger most = new AtomicInteger();
        Nodes watched = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            int now = writing.computeIfAbsent(address.host(), host -> new AtomicInteger())
                    .incrementAndGet();
            most.accumulateAndGet(now, Math::max);
            var stream = BackupLab.nodes().rdb(address, waiting);
            return new ClosingStream(stream, () -> writing.get(address.host()).decrementAndGet());
        });
        BackupOrder order =
                BackupLab.order(cluster, "file:" + folder, new BackupOptions(false, 8, Duration.ofHours(1)));

        assertThat(BackupLab.backUp(order, watched, new FreeLifeline()).parts()).hasSize(3);
        assertThat(most).hasValue(1);
    }

    @Test
    void a_store_that_denies_fails_the_backup_before_any_node_forks() throws Exception {
        Path file = Files.writeString(folder.resolve("a-file"), "");
        BackupOrder order = BackupLab.order(cluster, "file:" + file, OPTIONS);
        AtomicInteger asked = new AtomicInteger();
        Nodes counting = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            asked.incrementAndGet();
            return BackupLab.nodes().rdb(address, waiting);
        });

        Halted halted = catchThrowableOfType(Halted.class, () -> BackupLab.backUp(order, counting, new FreeLifeline()));

        assertThat(halted.halt().kind()).isEqualTo(FailureKind.BACKUP_STORE);
        assertThat(halted.halt().text()).contains(file.toString(), "make room on the worker's disk");
        assertThat(asked).hasValue(0);
    }

    @Test
    void a_store_that_is_full_fails_the_backup_and_keeps_nothing_half_named() throws Exception {
        try (FileSystem small = Jimfs.newFileSystem(
                Configuration.unix().toBuilder().setMaxSize(1_500_000).build())) {
            Path full = small.getPath("/backups");
            BackupOrder order = order();
            BackupFiles files = new BackupFiles(new FolderStore(full), order);
            BackupRun run = new BackupRun(new ClusterReader(BackupLab.nodes()), files, order, new FreeLifeline());

            Halted halted = catchThrowableOfType(Halted.class, run::make);

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.BACKUP_STORE);
            assertThat(halted.halt().text())
                    .contains("The store failed at writing /backups/orders/", "out of disk space", "make room");
            assertThat(BackupLab.files(full)).noneMatch(name -> name.endsWith(".part") || name.contains("manifest"));
        }
    }

    @Test
    void a_replica_that_dies_in_the_middle_is_replaced_by_its_master() throws Exception {
        try (LocalCluster mortal = LocalCluster.builder(cluster.binary())
                .masters(1)
                .replicasPerMaster(1)
                .hosts("127.0.0.1", "127.0.0.2")
                .start()) {
            BackupLab.fillWithNoise(mortal.masters().get(0), 20, 1_000_000);
            mortal.awaitReady();
            LocalNode replica = mortal.replicas().get(0);
            Nodes deadly = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
                var stream = BackupLab.nodes().rdb(address, waiting);
                if (address.equals(BackupLab.address(replica))) {
                    stream.read(ByteBuffer.allocate(1_000));
                    replica.kill();
                }
                return stream;
            });

            Backup backup =
                    BackupLab.backUp(BackupLab.order(mortal, "file:" + folder, OPTIONS), deadly, new FreeLifeline());

            assertThat(backup.parts().get(0).source().value())
                    .isEqualTo(mortal.masters().get(0).nodeId());
            assertThat(BackupLab.files(folder)).hasSize(3).noneMatch(name -> name.endsWith(".part"));
        }
    }

    @Test
    void a_backup_that_is_old_of_another_view_or_no_longer_whole_is_no_gate_passed() throws Exception {
        BackupOrder order = order();
        Backup backup = BackupLab.backUp(order);
        assertThat(against(order, backup, Instant.now())).isEmpty();

        assertThat(against(order, backup, backup.begun().plus(Duration.ofHours(25))))
                .singleElement()
                .asString()
                .contains("1500 minutes ago; the limit is 1440 minutes (backupOptions.maxAge)");

        Part part = backup.parts().get(0);
        Files.writeString(Path.of(backup.place()).resolve(part.file()), "short");
        assertThat(against(order, backup, Instant.now()))
                .singleElement()
                .asString()
                .contains("5 bytes instead of " + part.bytes());
        Files.delete(Path.of(backup.place()).resolve(part.file()));
        Files.delete(Path.of(backup.place()).resolve(BackupFiles.MANIFEST));
        assertThat(against(order, backup, Instant.now())).hasSize(2).allMatch(line -> line.contains("any more"));
    }

    private static List<String> against(BackupOrder order, Backup backup, Instant now) {
        try (BackupStore store = BackupLab.STORES.open(order.store())) {
            return new Freshness(store, new BackupFiles(store, order))
                    .against(order, backup, new ClusterReader(BackupLab.nodes()), now);
        }
    }
}
