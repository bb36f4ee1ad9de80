package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Whose turn it is. A source forks for every job, so it has one at a time. Sources on one host compete for its cores, and clients
 * of one that deletes what it has handed over wait for twice as long while others send theirs, so they have one job between
 * them, but in FAST. A target of Redis takes one at a time, one of Valkey as many as there are. Lanes take turns. Safe for use by several
 * threads.
 */
final class JobTurns {
    private final Kind kind;
    private final Pacing.Mode mode;
    private final Map<NodeId, Semaphore> sources = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
    private final Map<NodeId, Semaphore> targets = new ConcurrentHashMap<>();

    JobTurns(Kind kind, Pacing.Mode mode) {
        this.kind = kind;
        this.mode = mode;
    }

    /** Does a lane's job when no other one of this batch is in its way. */
    <T> T take(LaneTask task, Supplier<T> job) {
        // In this order for all lanes, so that none waits for one that waits for it.
        List<Semaphore> turns = new ArrayList<>();
        turns.add(sources.computeIfAbsent(task.source().id(), any -> new Semaphore(1, true)));
        if (kind == Kind.IMPORT) {
            turns.add(targets.computeIfAbsent(task.target().id(), any -> new Semaphore(1, true)));
        }
        if (mode != Pacing.Mode.FAST) {
            turns.add(hosts.computeIfAbsent(task.source().address().host(), any -> new Semaphore(1, true)));
        }
        turns.forEach(Semaphore::acquireUninterruptibly);
        try {
            return job.get();
        } finally {
            turns.forEach(Semaphore::release);
        }
    }
}
