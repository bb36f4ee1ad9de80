package io.slotferry.activities.backup;

import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.contract.Activities;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import java.time.Instant;
import java.util.List;

/** Backups as activities. */
public final class BackingUpActivities implements Activities.BackingUp {
    private final Connections connections;
    private final Stores stores;
    private final Attempts attempts;

    public BackingUpActivities(Connections connections, Stores stores, Attempts attempts) {
        this.connections = connections;
        this.stores = stores;
        this.attempts = attempts;
    }

    @Override
    public Backup backUp(BackupOrder order) {
        return attempts.lasting(lifeline -> BackupRun.make(reader(order), stores, order, lifeline));
    }

    @Override
    public List<String> checkBackup(BackupOrder order, Backup backup) {
        return attempts.lasting(lifeline -> {
            try (BackupStore store = stores.open(order.store())) {
                return new Freshness(store, new BackupFiles(store, order))
                        .against(order, backup, reader(order), Instant.now());
            }
        });
    }

    private ClusterReader reader(BackupOrder order) {
        return new ClusterReader(connections.to(order.access()));
    }
}
