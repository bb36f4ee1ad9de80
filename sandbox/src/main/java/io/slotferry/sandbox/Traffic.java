package io.slotferry.sandbox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.providers.ClusterConnectionProvider;

/**
 * Clients that write and read through a cluster client all the while, over every type: each has keys of its own and
 * remembers what was acknowledged, each read is compared on the spot, and {@link Audit} reads everything back at the end.
 *
 * <p>Calls are due at a steady rate whether or not earlier ones were answered, and are timed from when they were due.
 */
public final class Traffic implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final RedisClusterClient client;
    private final Meter meter = new Meter();
    private final List<Writer> writers = new ArrayList<>();
    private final List<Future<?>> running = new ArrayList<>();
    private final ExecutorService threads;
    private volatile boolean stopped;

    Traffic(TrafficBuilder spec) {
        client = client(spec);
        threads = Executors.newFixedThreadPool(spec.writers(), task -> {
            Thread thread = new Thread(task, "traffic");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < spec.writers(); i++) {
            Writer writer = new Writer(client, meter, spec.seed() * 31 + i, spec.dataset());
            writer.own(spec.prefix() + ":" + i, spec.keys() / spec.writers());
            writers.add(writer);
        }
    }

    private static RedisClusterClient client(TrafficBuilder spec) {
        ConnectionPoolConfig pool = new ConnectionPoolConfig();
        pool.setMaxTotal(spec.writers() + 1);
        pool.setMaxIdle(spec.writers() + 1);
        Access access = spec.access();
        ClusterConnectionProvider provider = new ClusterConnectionProvider(access.seeds(), access.config(), pool);
        return RedisClusterClient.builder()
                .nodes(access.seeds())
                .connectionProvider(provider)
                .commandExecutor(new SendOnceExecutor(provider, PATIENCE))
                .clientConfig(access.config())
                .build();
    }

    /** Begins to describe traffic on a cluster. */
    public static TrafficBuilder on(Access access) {
        return new TrafficBuilder(access);
    }

    /** Creates the keys, then goes on at the rate. */
    void begin(String phase, double callsPerSecond) {
        meter.begin(phase);
        List<Future<?>> creating = writers.stream()
                .<Future<?>>map(writer -> threads.submit(writer::createKeys))
                .toList();
        creating.forEach(Traffic::await);
        long interval = Math.round(1e9 * writers.size() / callsPerSecond);
        for (Writer writer : writers) {
            running.add(threads.submit(() -> writer.run(interval, () -> stopped)));
        }
    }

    private static void await(Future<?> task) {
        try {
            task.get();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("A traffic client ended: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while traffic was running", e);
        }
    }

    /** From now on latencies count for this phase. */
    public void mark(String phase) {
        meter.begin(phase);
    }

    /** What clients did and saw up to now. */
    public TrafficReport report() {
        return meter.report();
    }

    /**
     * Ends the traffic once every client has its answer.
     *
     * @throws IllegalStateException where a client ended before, by an error that is not the cluster's
     */
    public TrafficReport stop() {
        stopped = true;
        running.forEach(Traffic::await);
        return meter.report();
    }

    /** All keys that were written; legal after {@link #stop}. */
    List<TrackedKey> keys() {
        if (!stopped) {
            throw new IllegalStateException("Stop the traffic before auditing it");
        }
        return writers.stream().flatMap(writer -> writer.keys().stream()).toList();
    }

    /** When the writes of every key were acknowledged, by the key that a {@link Finding} names; legal after {@link #stop}. */
    public Map<String, Acknowledged> acknowledged() {
        return keys().stream().collect(Collectors.toMap(TrackedKey::key, TrackedKey::history, (a, b) -> a));
    }

    /** Stops without regard to what clients wait for. */
    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(2, TimeUnit.SECONDS)) {
                threads.shutdownNow();
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        client.close();
    }
}
