package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.SlotferryJson;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Backups into a bucket of an S3 server that runs in this test. */
class BucketIT {
    private static LocalCluster cluster;

    @TempDir
    private Path folder;

    private S3Server server;
    private S3Client client;

    @BeforeAll
    static void startCluster() {
        cluster = LocalCluster.builder(WantedServer.named("redis-7.0")
                        .findFirst()
                        .orElseThrow()
                        .orSkip(TestAbortedException::new))
                .masters(3)
                .replicasPerMaster(0)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .start();
        BackupLab.fill(cluster, 500);
        // More than two parts of 8 MiB.
        BackupLab.fillWithNoise(cluster.masters().get(0), 20, 1_000_000);
    }

    @AfterAll
    static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @BeforeEach
    void startServer() throws Exception {
        server = new S3Server(folder);
        client = server.client();
    }

    @AfterEach
    void stopServer() throws Exception {
        client.close();
        server.close();
    }

    private BackupOrder order(String credentials) {
        return BackupLab.order(cluster, server.store(credentials), BackupOptions.DEFAULT);
    }

    private List<String> keys() {
        return client.listObjectsV2(of -> of.bucket(S3Server.BUCKET)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private int unfinished() {
        return client.listMultipartUploads(of -> of.bucket(S3Server.BUCKET))
                .uploads()
                .size();
    }

    private byte[] content(String key) {
        return client.getObjectAsBytes(of -> of.bucket(S3Server.BUCKET).key(key))
                .asByteArray();
    }

    @Test
    void every_figure_of_the_manifest_is_true_of_what_is_in_the_bucket() throws Exception {
        BackupOrder order = order("minio");

        Backup backup = BackupLab.backUp(order);

        assertThat(backup.place()).startsWith("s3://redis-backups/prod/orders/");
        String place = backup.place().substring("s3://redis-backups/".length());
        for (Part part : backup.parts()) {
            byte[] content = content(place + "/" + part.file());
            assertThat(content).hasSize(Math.toIntExact(part.bytes()));
            assertThat(HexFormat.of()
                            .formatHex(MessageDigest.getInstance("SHA-256").digest(content)))
                    .isEqualTo(part.sha256());
        }
        assertThat(backup.bytes()).isGreaterThan(20_000_000);
        assertThat(SlotferryJson.mapper().readValue(content(place + "/manifest.json"), Backup.class))
                .isEqualTo(backup);
        assertThat(keys()).hasSize(7);
        assertThat(unfinished()).isZero();
        try (BackupStore store = BackupLab.STORES.open(order.store())) {
            Freshness freshness = new Freshness(store, new BackupFiles(store, order));
            ClusterReader reader = new ClusterReader(BackupLab.nodes());
            assertThat(freshness.against(order, backup, reader, Instant.now())).isEmpty();
            client.deleteObject(of -> of.bucket(S3Server.BUCKET)
                    .key(place + "/" + backup.parts().get(0).file()));
            assertThat(freshness.against(order, backup, reader, Instant.now()))
                    .singleElement()
                    .asString()
                    .contains("it is gone");
        }
    }

    @Test
    void a_store_that_denies_fails_the_backup_before_any_node_forks() {
        AtomicInteger asked = new AtomicInteger();
        Nodes counting = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            asked.incrementAndGet();
            return BackupLab.nodes().rdb(address, waiting);
        });

        Halted denied = catchThrowableOfType(
                Halted.class, () -> BackupLab.backUp(order("denied"), counting, new FreeLifeline()));
        Halted unknown = catchThrowableOfType(
                Halted.class, () -> BackupLab.backUp(order("nobody"), counting, new FreeLifeline()));

        assertThat(denied.halt().kind()).isEqualTo(FailureKind.BACKUP_STORE);
        assertThat(denied.halt().text()).contains("s3://redis-backups/prod/orders/", "Status Code: 403");
        assertThat(denied.halt().text()).doesNotContain("another s3cret");
        assertThat(unknown.halt().text())
                .contains("This worker knows no credentials named \"nobody\"", "SLOTFERRY_CREDENTIALS_NOBODY_PASSWORD");
        assertThat(asked).hasValue(0);
        assertThat(keys()).isEmpty();
    }

    @Test
    void a_copy_that_fails_leaves_no_object_and_what_a_killed_worker_left_is_taken_away() {
        BackupOrder order = order("minio");
        String left = "prod/" + new BackupFiles(null, order).name("left.rdb");
        client.createMultipartUpload(to -> to.bucket(S3Server.BUCKET).key(left));
        assertThat(unfinished()).isEqualTo(1);
        Nodes breaking = new BackupLab.Diverted(BackupLab.nodes(), (address, waiting) -> {
            var stream = BackupLab.nodes().rdb(address, waiting);
            return address.equals(BackupLab.address(cluster.masters().get(0))) ? new BreakingStream(stream) : stream;
        });

        Halted failed = catchThrowableOfType(Halted.class, () -> BackupLab.backUp(order, breaking, new FreeLifeline()));

        assertThat(failed.halt().kind()).isEqualTo(FailureKind.BACKUP_FAILED);
        String name = cluster.masters().get(0).port() + "-";
        assertThat(keys()).noneMatch(key -> key.contains(name) || key.endsWith("manifest.json"));
        assertThat(unfinished()).isZero();
    }
}
