package io.slotferry.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import redis.clients.jedis.HostAndPort;

/** Work on every master side by side. */
final class Masters {
    private Masters() {}

    /** The answers in the masters' order; the first failure is thrown. */
    static <T> List<T> forEach(SlotOwners owners, Function<HostAndPort, T> work) {
        return sideBySide(List.copyOf(owners.slotsByMaster().keySet()), work);
    }

    /** The same for anything. */
    static <I, T> List<T> sideBySide(List<I> items, Function<I, T> work) {
        ExecutorService threads = Executors.newFixedThreadPool(Math.max(1, items.size()));
        try {
            List<Future<T>> running = new ArrayList<>();
            items.forEach(item -> running.add(threads.submit(() -> work.apply(item))));
            List<T> answers = new ArrayList<>();
            for (Future<T> future : running) {
                answers.add(future.get());
            }
            return answers;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while working on the masters", e);
        } finally {
            threads.shutdownNow();
        }
    }
}
