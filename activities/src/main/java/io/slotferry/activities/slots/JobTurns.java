package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.NodeId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whose turn it is on a node. A source forks for every job, so it has one at a time; a target of Redis takes one at a time,
 * one of Valkey as many as there are sources. Safe for use by several threads.
 */
final class JobTurns {
    private final Kind kind;
    private final Map<NodeId, Lock> nodes = new ConcurrentHashMap<>();

    JobTurns(Kind kind) {
        this.kind = kind;
    }

    /** Does a lane's job when its nodes have no other one of this batch. */
    <T> T take(LaneTask task, Supplier<T> job) {
        // In one order for all lanes, so that none waits for one that waits for it.
        List<Lock> locks = Stream.of(task.source().id(), task.target().id())
                .filter(id -> kind == Kind.IMPORT || id.equals(task.source().id()))
                .sorted()
                .map(id -> nodes.computeIfAbsent(id, any -> new ReentrantLock(true)))
                .toList();
        locks.forEach(Lock::lock);
        try {
            return job.get();
        } finally {
            locks.forEach(Lock::unlock);
        }
    }
}
