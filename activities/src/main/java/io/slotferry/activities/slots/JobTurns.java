package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Whose turn it is. A source forks for every job, so it has one at a time. Sources on one host compete for its cores, and clients
 * of one that deletes what it has handed over wait for twice as long while others send theirs, so they have one job between
 * them, but in FAST. A target of Redis takes one at a time. One of Valkey takes as many as there are, but has them
 * end one after the other: it tells a source that slots are its own by a packet on the cluster bus, the kernel holds a second packet
 * back for 40 ms where the first was not acknowledged yet (Nagle's algorithm and delayed acknowledgements), and the second source's
 * writes are paused meanwhile. So a job of many keys begins once the keys of the one before are across. Lanes take turns. Safe for use
 * by several threads.
 */
final class JobTurns {
    /** Jobs of fewer are over at once, so that their turns would take longer than they do. */
    static final long MANY_KEYS = 5_000;

    private final Kind kind;
    private final Pacing.Mode mode;
    private final Map<NodeId, Semaphore> sources = new ConcurrentHashMap<>();
    private final Map<String, Semaphore> hosts = new ConcurrentHashMap<>();
    private final Map<NodeId, Semaphore> targets = new ConcurrentHashMap<>();

    JobTurns(Kind kind, Pacing.Mode mode) {
        this.kind = kind;
        this.mode = mode;
    }

    /** A lane's turn for one job. Used by one thread. */
    static final class Turn {
        private final List<Semaphore> untilOver = new ArrayList<>();
        private final List<Semaphore> untilAcross = new ArrayList<>();

        private Turn() {}

        private void take() {
            untilOver.forEach(Semaphore::acquireUninterruptibly);
            untilAcross.forEach(Semaphore::acquireUninterruptibly);
        }

        /** All keys of the job are on the target, which is about to own them: the next job to it may begin. */
        void across() {
            untilAcross.forEach(Semaphore::release);
            untilAcross.clear();
        }

        private void end() {
            across();
            untilOver.forEach(Semaphore::release);
        }
    }

    /** Does a lane's job of so many keys when no other one of this batch is in its way. */
    <T> T take(LaneTask task, long keys, Function<Turn, T> job) {
        Turn turn = new Turn();
        // In this order for all lanes, so that none waits for one that waits for it.
        turn.untilOver.add(one(sources, task.source().id()));
        if (mode != Pacing.Mode.FAST) {
            turn.untilOver.add(one(hosts, task.source().address().host()));
        }
        if (kind == Kind.IMPORT) {
            turn.untilOver.add(one(targets, task.target().id()));
        } else if (keys >= MANY_KEYS) {
            turn.untilAcross.add(one(targets, task.target().id()));
        }
        turn.take();
        try {
            return job.apply(turn);
        } finally {
            turn.end();
        }
    }

    private static <K> Semaphore one(Map<K, Semaphore> turns, K key) {
        return turns.computeIfAbsent(key, any -> new Semaphore(1, true));
    }
}
