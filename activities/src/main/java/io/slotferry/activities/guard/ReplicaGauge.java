package io.slotferry.activities.guard;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.guard.BatchGuard.Ends;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * How far the replicas of a batch's shards are behind. What a master says of their offsets is up to a second old, since they
 * acknowledge once a second; so they are asked themselves, until each has what its master had when the gate began.
 */
final class ReplicaGauge {
    private static final long BETWEEN_LOOKS_NANOS = 20_000_000;

    private final Ends ends;
    private final Duration limit;
    private final LongSupplier clock;
    private final long began;
    private final Map<NodeAddress, Long> wanted = new LinkedHashMap<>();
    private Asked<ServerInfo> asked;

    ReplicaGauge(Ends ends, Map<NodeAddress, ServerInfo> masters, Duration limit, LongSupplier clock) {
        this.ends = ends;
        this.limit = limit;
        this.clock = clock;
        this.began = clock.getAsLong();
        ends.shards().forEach(shard -> {
            long offset = masters.get(shard.master().address()).replication().offset();
            LoadGuard.replicas(ends, shard).stream()
                    .map(Member::address)
                    .forEach(replica -> wanted.put(replica, offset));
        });
        look();
    }

    private void look() {
        asked = ends.reader().ask(wanted.keySet(), Node::info);
    }

    /**
     * Every replica answers and has its link.
     *
     * @throws Halted of kind NOT_HEALTHY otherwise
     */
    void refuseUnlinked() {
        List<String> unlinked = new ArrayList<>();
        asked.failures().values().forEach(failure -> unlinked.add(failure.getMessage()));
        asked.answers().forEach((replica, info) -> {
            if (!info.replication().inSync()) {
                unlinked.add(replica + " is not linked to its master (master_link_status, master_sync_in_progress)");
            }
        });
        if (!unlinked.isEmpty()) {
            throw new Halted(
                    FailureKind.NOT_HEALTHY,
                    "The batch waits: a replica of its shards is not linked.",
                    unlinked,
                    "see the replica's log; once it is linked, slotferry retry");
        }
    }

    /** A line for each replica that does not get there within the limit. */
    List<String> lagging() {
        List<String> behind = behind();
        while (!behind.isEmpty() && clock.getAsLong() - began < limit.toNanos()) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            look();
            behind = behind();
        }
        return behind;
    }

    private List<String> behind() {
        List<String> behind = new ArrayList<>();
        wanted.forEach((replica, offset) -> {
            ServerInfo info = asked.answers().get(replica);
            long missing = info == null ? offset : offset - info.replication().offset();
            if (missing > 0) {
                behind.add(replica + ": " + missing + " bytes of its master's writes are missing after "
                        + (clock.getAsLong() - began) / 1_000_000 + " ms, limit " + limit.toMillis()
                        + " ms (thresholds.replicationLag)");
            }
        });
        return behind;
    }
}
