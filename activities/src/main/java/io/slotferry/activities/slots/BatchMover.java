package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one batch. Resuming is starting: it reads the cluster and does what is left. In order:
 *
 * <ol>
 *   <li>Every node answers, all agree, each is ok; no slot is open but those of this batch.
 *   <li>The fence on every master: connections of older attempts are killed.
 *   <li>The cluster is read once more, since what an older attempt had sent may have run until the fence stood.
 *   <li>The lanes move, some side by side.
 * </ol>
 */
public final class BatchMover {
    private static final Logger log = LoggerFactory.getLogger(BatchMover.class);

    private static final long SETTLE_MILLIS = 10_000;
    private static final long POLL_MILLIS = 100;

    private final ClusterReader reader;

    public BatchMover(ClusterReader reader) {
        this.reader = reader;
    }

    /**
     * Moves what is left of the batch, or a part of it that ends at a slot boundary where a stop is requested.
     *
     * @throws Halted where it does not go on; slots in hand may be open then, and are served by both ends
     * @throws io.slotferry.activities.redis.NodeFailure where a node does not answer
     * @throws Lifeline.Superseded where this attempt may change nothing any more
     */
    public BatchOutcome move(BatchOrder order, Lifeline lifeline) {
        long began = System.nanoTime();
        Agreed before = settled(order, lifeline);
        new BatchSurvey(before).tasks(order);
        try (ChangeSession session = ChangeSession.open(reader.nodes(), lifeline, masters(before))) {
            List<LaneTask> tasks = new BatchSurvey(settled(order, lifeline)).tasks(order);
            int pending = tasks.stream().mapToInt(task -> task.pending().size()).sum();
            BatchRun run = new BatchRun(order, session, lifeline, order.slots() - pending);
            moveLanes(order, tasks, run, session, lifeline);
            BatchProgress progress = run.progress();
            log.info(
                    "batch {}: {} of {} slots done, {} keys moved by this attempt",
                    order.number(),
                    progress.slotsDone(),
                    progress.slots(),
                    progress.keysMoved());
            return new BatchOutcome(
                    progress,
                    progress.slotsDone() == order.slots(),
                    order.slots() - pending,
                    (System.nanoTime() - began) / 1_000_000);
        }
    }

    /** The cluster as soon as its nodes agree: after the batch before, the last of them learn by gossip. */
    private Agreed settled(BatchOrder order, Lifeline lifeline) {
        long end = System.nanoTime() + SETTLE_MILLIS * 1_000_000;
        while (true) {
            try {
                return reader.agreedWhileSlotsMove(order.access());
            } catch (Halted e) {
                if (System.nanoTime() >= end || lifeline.stopRequested()) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_MILLIS * 1_000_000);
            }
        }
    }

    private static List<NodeAddress> masters(Agreed agreed) {
        return agreed.cluster().shards().stream()
                .map(Shard::master)
                .map(master -> master.address())
                .toList();
    }

    private static void moveLanes(
            BatchOrder order, List<LaneTask> tasks, BatchRun run, ChangeSession session, Lifeline lifeline) {
        List<LaneTask> left = tasks.stream()
                .filter(task -> !task.pending().isEmpty() || !task.unsettled().isEmpty())
                // The longest first, so that the lanes end together.
                .sorted(Comparator.comparingInt(
                        (LaneTask task) -> -task.pending().size()))
                .toList();
        if (left.isEmpty()) {
            return;
        }
        List<LaneMover> movers = new ArrayList<>();
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(order.lanes(), left.size()));
        try {
            left.forEach(task -> movers.add(new LaneMover(task, run, session)));
            // The processes behind the lanes are known to Temporal before the first slot is opened on them.
            lifeline.sync();
            List<Future<?>> lanes = new ArrayList<>();
            movers.forEach(mover -> lanes.add(pool.submit(() -> moveLane(mover, run))));
            await(lanes);
        } finally {
            pool.shutdownNow();
            movers.forEach(LaneMover::close);
        }
    }

    private static void moveLane(LaneMover mover, BatchRun run) {
        try {
            mover.move();
        } catch (RuntimeException e) {
            run.fail();
            throw e;
        }
    }

    /** Waits for all lanes, then throws the first failure, a halt before any other. */
    private static void await(List<Future<?>> lanes) {
        List<RuntimeException> failures = new ArrayList<>();
        for (Future<?> lane : lanes) {
            try {
                lane.get();
            } catch (ExecutionException e) {
                failures.add(e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.add(new Lifeline.Superseded("interrupted"));
            }
        }
        failures.sort(Comparator.comparing(failure -> !(failure instanceof Halted)));
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }
}
