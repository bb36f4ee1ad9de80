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
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The lanes of a batch, some of them side by side. */
record Lanes(BatchOrder order, BatchRun run, ChangeSession session, Lifeline lifeline) {
    /** Moves what is left of them key by key, the longest first, so that they end together; small ones in groups. */
    void move(List<LaneTask> tasks) {
        Broadcast broadcast = new Broadcast(session);
        sideBySide(
                LaneGroup.of(left(tasks), atWork(), run.speed().window()),
                group -> new LaneGroup(group, run, session, broadcast),
                LaneGroup::move,
                broadcast::end);
    }

    /** How many lanes the pacing has at work together. */
    private int atWork() {
        return (int) Math.max(1, Math.round(order.lanes() * run.speed().lanes()));
    }

    /** Moves what is left of them by this, the longest first. */
    void move(List<LaneTask> tasks, Consumer<LaneMover> moving) {
        sideBySide(left(tasks), task -> new LaneMover(task, run, session), moving, List::of);
    }

    private static List<LaneTask> left(List<LaneTask> tasks) {
        return tasks.stream()
                .filter(task -> !task.pending().isEmpty() || !task.unsettled().isEmpty())
                .sorted(Comparator.comparingInt(
                        (LaneTask task) -> -task.pending().size()))
                .toList();
    }

    /** Whatever moves slots, and has connections for it. */
    interface Mover extends AutoCloseable {
        @Override
        void close();
    }

    private <T, M extends Mover> void sideBySide(
            List<T> left, Function<T, M> ready, Consumer<M> moving, Supplier<List<RuntimeException>> end) {
        if (left.isEmpty()) {
            return;
        }
        Queue<M> movers = new ConcurrentLinkedQueue<>();
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(order.lanes(), left.size()));
        try {
            List<M> inOrder = AtOnce.map(left, item -> {
                M mover = ready.apply(item);
                movers.add(mover);
                return mover;
            });
            // The processes behind the lanes are known to Temporal before the first slot is opened on them.
            lifeline.sync();
            List<Future<?>> lanes = new ArrayList<>();
            inOrder.forEach(mover -> lanes.add(pool.submit(() -> move(mover, moving))));
            // All lanes first, then what they have others told.
            List<RuntimeException> failures = new ArrayList<>();
            lanes.forEach(lane -> failure(lane).ifPresent(failures::add));
            failures.addAll(end.get());
            throwFirst(failures.stream());
        } finally {
            pool.shutdownNow();
            movers.forEach(Mover::close);
        }
    }

    private <M> void move(M mover, Consumer<M> moving) {
        try {
            moving.accept(mover);
        } catch (RuntimeException e) {
            run.fail();
            throw e;
        }
    }

    /** Throws the first failure, where there is any: one for a person before one that passes. */
    static void throwFirst(Stream<RuntimeException> failures) {
        failures.min(Comparator.comparing(Lanes::rank)).ifPresent(failure -> {
            throw failure;
        });
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
