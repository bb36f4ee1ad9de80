package io.slotferry.activities.backup;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.Backup.Part;
import io.slotferry.workflows.contract.BackupOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a backup that was made some time ago is still one of the cluster as it is: a gate that was passed at night is none
 * in the morning.
 */
final class Freshness {
    private final BackupStore store;
    private final BackupFiles files;

    Freshness(BackupStore store, BackupFiles files) {
        this.store = store;
        this.files = files;
    }

    /** What speaks against it, a line each. */
    List<String> against(BackupOrder order, Backup backup, ClusterReader reader, Instant now) {
        List<String> against = new ArrayList<>();
        Duration age = Duration.between(backup.begun(), now);
        if (age.compareTo(order.options().maxAge()) > 0) {
            against.add("it was begun at " + backup.begun() + ", " + age.toMinutes() + " minutes ago; the limit is "
                    + order.options().maxAge().toMinutes() + " minutes (backupOptions.maxAge)");
        }
        against.addAll(ofAnotherView(reader.agreed(order.access()).cluster(), backup));
        against.addAll(gone(backup));
        return against;
    }

    /** A shard is known by its members: a failover alone changes nothing of what the backup holds. */
    static List<String> ofAnotherView(Cluster cluster, Backup backup) {
        List<String> against = new ArrayList<>();
        for (Shard shard : cluster.shards()) {
            if (shard.slots().isEmpty()) {
                continue;
            }
            Optional<Part> part = backup.parts().stream()
                    .filter(p -> p.members().stream().anyMatch(member -> shard.members()
                            .anyMatch(now -> now.id().equals(member.id()))))
                    .findFirst();
            if (part.isEmpty()) {
                against.add("the shard of " + shard.master() + " is not in it");
            } else if (!part.get().slots().equals(shard.slots())) {
                against.add("the shard of " + shard.master() + " owns " + shard.slots() + " now, and "
                        + part.get().slots() + " when it was backed up");
            }
        }
        return against;
    }

    private List<String> gone(Backup backup) {
        List<String> against = new ArrayList<>();
        if (store.length(files.name(BackupFiles.MANIFEST)).isEmpty()) {
            against.add("its manifest is not in " + backup.place() + " any more");
        }
        for (Part part : backup.parts()) {
            long length = store.length(files.name(part.file())).orElse(-1);
            if (length != part.bytes()) {
                against.add(part.file() + " is not in " + backup.place() + " any more as it was written: "
                        + (length < 0 ? "it is gone" : length + " bytes instead of " + part.bytes()));
            }
        }
        return against;
    }
}
