package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/** The lanes of a batch, some of them side by side. */
record Lanes(BatchOrder order, BatchRun run, ChangeSession session, Lifeline lifeline) {
    /** Moves what is left of them, the longest first, so that they end together. */
    void move(List<LaneTask> tasks) {
        move(tasks, LaneMover::move);
    }

    /** The same, each by this. */
    void move(List<LaneTask> tasks, Consumer<LaneMover> moving) {
        List<LaneTask> left = tasks.stream()
                .filter(task -> !task.pending().isEmpty() || !task.unsettled().isEmpty())
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
            movers.forEach(mover -> lanes.add(pool.submit(() -> move(mover, moving))));
            await(lanes);
        } finally {
            pool.shutdownNow();
            movers.forEach(LaneMover::close);
        }
    }

    private void move(LaneMover mover, Consumer<LaneMover> moving) {
        try {
            moving.accept(mover);
        } catch (RuntimeException e) {
            run.fail();
            throw e;
        }
    }

    /** Waits for all lanes, then throws the first failure: one for a person before one that passes. */
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
        failures.sort(Comparator.comparing(Lanes::rank));
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    private static int rank(RuntimeException failure) {
        if (failure instanceof Lifeline.Superseded) {
            return 0;
        }
        return failure instanceof Halted halted && halted.halt().kind().proceeds() != Proceeds.RETRY ? 1 : 2;
    }
}
