package io.slotferry.activities.backup;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A program that backs a cluster up and prints the bytes that came, and the most heap that it used. */
final class SmallHeapBackup {
    private SmallHeapBackup() {}

    public static void main(String[] arguments) {
        BackupOrder order = new BackupOrder(
                new ClusterAccess(List.of(NodeAddress.parse(arguments[0])), Optional.empty()),
                "orders",
                arguments[1],
                BackupOptions.DEFAULT,
                "backup-orders",
                "0a1b2c3d-run",
                Instant.now());
        Backup backup =
                BackupRun.make(new ClusterReader(BackupLab.nodes()), BackupLab.STORES, order, new FreeLifeline());
        long heap = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
        System.out.println(
                backup.bytes() + " " + heap + " " + Runtime.getRuntime().maxMemory());
    }
}
