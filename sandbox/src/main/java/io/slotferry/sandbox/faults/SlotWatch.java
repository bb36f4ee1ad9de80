package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.Timeline.Sighting;
import io.slotferry.servers.LocalNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** Asks every node a few times a second what it owns, has open and replicates, and remembers each change. */
final class SlotWatch implements AutoCloseable {
    private static final long BETWEEN_LOOKS_MILLIS = 200;

    private final List<Sighting> sightings = new ArrayList<>();
    private final Map<String, Sighting> last = new HashMap<>();
    private final ExecutorService threads;
    private volatile boolean closed;

    SlotWatch(Collection<LocalNode> nodes) {
        threads = Executors.newFixedThreadPool(nodes.size(), task -> {
            Thread thread = new Thread(task, "slot-watch");
            thread.setDaemon(true);
            return thread;
        });
        nodes.forEach(node -> threads.execute(() -> watch(node)));
    }

    private void watch(LocalNode node) {
        while (!closed) {
            try (Jedis jedis = Portrait.patient(node)) {
                while (!closed) {
                    // What it says held at some moment after it was asked.
                    long asked = System.currentTimeMillis();
                    saw(Sighting.of(asked, NodeView.parse(jedis.clusterNodes())));
                    pause();
                }
            } catch (JedisException e) {
                saw(Sighting.silence(System.currentTimeMillis(), node.address()));
                pause();
            }
        }
    }

    private synchronized void saw(Sighting sighting) {
        if (!sighting.repeats(last.get(sighting.address()))) {
            last.put(sighting.address(), sighting);
            sightings.add(sighting);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    synchronized Timeline timeline() {
        return new Timeline(sightings);
    }

    @Override
    public void close() {
        closed = true;
        threads.shutdownNow();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
