package io.slotferry.benchmarks;

import io.slotferry.servers.LocalNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;

/** Clients that read keys at a steady rate, one on each node, and measure how long each answer takes. */
final class Clients {
    private static final int KEYS_EACH = 1_000;
    private static final long NANOS_BETWEEN = 1_000_000;

    private final List<LocalNode> nodes;

    Clients(List<LocalNode> nodes) {
        this.nodes = nodes;
    }

    /** Microseconds of each answer, ascending. */
    static final class Answers {
        private final long[] micros;

        private Answers(long[] micros) {
            this.micros = micros;
        }

        long percentile(double part) {
            return micros[(int) Math.min(micros.length - 1, micros.length * part)];
        }
    }

    /** Reads until the condition no longer holds. */
    Answers readWhile(BooleanSupplier going) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(nodes.size());
        try {
            List<Future<long[]>> clients = nodes.stream()
                    .map(node -> pool.submit(() -> read(node, going)))
                    .toList();
            List<long[]> all = new ArrayList<>();
            for (Future<long[]> client : clients) {
                all.add(client.get());
            }
            return new Answers(
                    all.stream().flatMapToLong(Arrays::stream).sorted().toArray());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a client failed", e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private static long[] read(LocalNode node, BooleanSupplier going) throws InterruptedException {
        List<Long> micros = new ArrayList<>();
        try (Jedis jedis = node.jedis()) {
            List<String> keys = IntStream.range(0, KEYS_EACH)
                    .mapToObj(i -> jedis.randomKey())
                    .toList();
            long due = System.nanoTime();
            for (int i = 0; going.getAsBoolean(); i++) {
                long began = System.nanoTime();
                if (jedis.get(keys.get(i % KEYS_EACH)) == null) {
                    throw new IllegalStateException("a key of " + node + " is gone");
                }
                micros.add((System.nanoTime() - began) / 1_000);
                due = Math.max(due + NANOS_BETWEEN, System.nanoTime() - NANOS_BETWEEN);
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
                }
            }
        }
        return micros.stream().mapToLong(Long::longValue).toArray();
    }
}
