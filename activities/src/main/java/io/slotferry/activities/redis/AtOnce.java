package io.slotferry.activities.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Does the same with several nodes at a time. Its threads outlive a call for a while, since one batch follows another within
 * milliseconds and asks all nodes several times.
 */
public final class AtOnce {
    private static final int MOST = 16;

    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "slotferry-nodes-" + NUMBER.incrementAndGet());
        thread.setDaemon(true);
        return thread;
    });

    private AtOnce() {}

    /** One item's end: a value, or what it threw. */
    public record Ended<A, B>(A item, B value, RuntimeException failure) {}

    /**
     * Does it with every item, {@value #MOST} at a time at most, and answers in the items' order once all have ended.
     *
     * @throws IllegalStateException where the thread that waits is interrupted
     */
    public static <A, B> List<Ended<A, B>> settle(Collection<A> items, Function<A, B> work) {
        List<FutureTask<Ended<A, B>>> tasks = items.stream()
                .map(item -> new FutureTask<>(() -> end(item, work)))
                .toList();
        AtomicInteger next = new AtomicInteger();
        Runnable worker = () -> {
            for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                tasks.get(i).run();
            }
        };
        List<Future<?>> workers = new ArrayList<>();
        for (int i = 0; i < Math.min(MOST, tasks.size()); i++) {
            workers.add(THREADS.submit(worker));
        }
        try {
            List<Ended<A, B>> ended = new ArrayList<>();
            for (FutureTask<Ended<A, B>> task : tasks) {
                ended.add(task.get());
            }
            return ended;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            tasks.forEach(task -> task.cancel(true));
            workers.forEach(thread -> thread.cancel(true));
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while nodes were asked", e);
        }
    }

    private static <A, B> Ended<A, B> end(A item, Function<A, B> work) {
        try {
            return new Ended<>(item, work.apply(item), null);
        } catch (RuntimeException e) {
            return new Ended<>(item, null, e);
        }
    }

    /** The same; throws the first item's failure once all have ended. */
    public static <A, B> List<B> map(Collection<A> items, Function<A, B> work) {
        List<B> values = new ArrayList<>();
        for (Ended<A, B> ended : settle(items, work)) {
            if (ended.failure() != null) {
                throw ended.failure();
            }
            values.add(ended.value());
        }
        return values;
    }

    /** The same, for what gives no answer. */
    public static <A> void each(Collection<A> items, Consumer<A> work) {
        List<Boolean> unused = map(items, item -> {
            work.accept(item);
            return true;
        });
    }
}
