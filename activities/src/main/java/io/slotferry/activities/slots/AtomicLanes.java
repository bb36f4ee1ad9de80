package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The lanes of a batch by the servers' own slot migration, as many side by side as {@link JobTurns} lets. */
record AtomicLanes(BatchOrder order, BatchRun run, ChangeSession session, Lifeline lifeline, Kind kind) {
    /** Moves what is left of them; answers lanes with slots that jobs failed to move. */
    List<LaneTask> move(List<LaneTask> tasks) {
        OwnJobs own = new OwnJobs(tasks, order.way());
        JobTurns turns = new JobTurns(kind, run.mode());
        Queue<LaneTask> failed = new ConcurrentLinkedQueue<>();
        new Lanes(order, run, session, lifeline).move(tasks, mover -> {
            SlotRanges left = new AtomicLane(mover, kind, own, turns, lifeline).move();
            if (!left.isEmpty()) {
                failed.add(mover.task().of(left));
            }
        });
        return List.copyOf(failed);
    }
}
