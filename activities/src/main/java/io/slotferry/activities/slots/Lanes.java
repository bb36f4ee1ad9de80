package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.AtOnce;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
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
        Broadcast broadcast = new Broadcast(session);
        Queue<LaneMover> movers = new ConcurrentLinkedQueue<>();
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(order.lanes(), left.size()));
        try {
            List<LaneMover> ready = AtOnce.map(left, task -> {
                LaneMover mover = new LaneMover(task, run, session, broadcast);
                movers.add(mover);
                return mover;
            });
            // The processes behind the lanes are known to Temporal before the first slot is opened on them.
            lifeline.sync();
            List<Future<?>> lanes = new ArrayList<>();
            ready.forEach(mover -> lanes.add(pool.submit(() -> move(mover, moving))));
            await(lanes, broadcast);
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

    /** Waits for all lanes, and for what they have others told; then throws the first failure: one for a person before one that passes. */
    private static void await(List<Future<?>> lanes, Broadcast broadcast) {
        List<RuntimeException> failures = new ArrayList<>();
        lanes.forEach(lane -> failure(lane).ifPresent(failures::add));
        failures.addAll(broadcast.end());
        failures.sort(Comparator.comparing(Lanes::rank));
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    /** What it ended with, once it has. */
    static Optional<RuntimeException> failure(Future<?> work) {
        try {
            work.get();
            return Optional.empty();
        } catch (ExecutionException e) {
            return Optional.of(e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of(new Lifeline.Superseded("interrupted"));
        }
    }

    private static int rank(RuntimeException failure) {
        if (failure instanceof Lifeline.Superseded) {
            return 0;
        }
        return failure instanceof Halted halted && halted.halt().kind().proceeds() != Proceeds.RETRY ? 1 : 2;
    }
}
