package io.slotferry.benchmarks;

import io.slotferry.activities.backup.BackupRun;
import io.slotferry.activities.backup.Stores;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.sandbox.race.Unwatched;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A first backup, as a worker makes it: the JVM is as young as one can be that was given its order and has asked the nodes, as
 * preflight does before; nothing of the copying has been run, let alone compiled.
 *
 * @param seconds from the order to the manifest
 * @param heap used at most, in bytes
 */
record OneBackup(double seconds, long bytes, long heap) {

    /** Makes a backup and prints its figures; the arguments are the node's address and a folder. */
    public static void main(String[] arguments) {
        BackupOrder order = new BackupOrder(
                new ClusterAccess(List.of(NodeAddress.parse(arguments[0])), Optional.empty()),
                "benchmark",
                "file:" + arguments[1],
                BackupOptions.DEFAULT,
                "backup-benchmark",
                "benchmark",
                Instant.now());
        ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
        reader.agreed(order.access());
        SlotferryJson.mapper().valueToTree(order);
        long began = System.nanoTime();
        Backup backup = BackupRun.make(reader, new Stores(Credentials.none()), order, new Unwatched(1));
        long took = System.nanoTime() - began;
        System.out.println(took / 1e9 + " " + backup.bytes() + " " + peakHeap());
    }

    /** Of this node into that folder, in a JVM with the options of this one. */
    static OneBackup of(String address, Path folder) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OneBackup.class.getName(),
                        address,
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the backup ended with exit code " + process.exitValue());
        }
        String[] figures =
                output.lines().reduce((before, last) -> last).orElseThrow().split(" ");
        return new OneBackup(Double.parseDouble(figures[0]), Long.parseLong(figures[1]), Long.parseLong(figures[2]));
    }

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
