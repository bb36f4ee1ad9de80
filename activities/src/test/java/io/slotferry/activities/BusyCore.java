package io.slotferry.activities;

import io.slotferry.servers.LocalNode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/** Clients whose scripts hold a node: one waits whenever another one ends, so that whoever comes between waits too. */
public final class BusyCore implements AutoCloseable {
    private final LocalNode node;
    private final Duration each;
    private final List<Thread> clients;
    private volatile boolean over;

    /** So many clients, each script of which lasts so long. */
    public BusyCore(LocalNode node, int clients, Duration each) {
        this.node = node;
        this.each = each;
        this.clients = Stream.generate(() -> new Thread(this::runScripts))
                .limit(clients)
                .toList();
        this.clients.forEach(Thread::start);
    }

    /** Runs one script, and returns when it is over. */
    public static void once(LocalNode node, Duration duration) {
        try (Jedis jedis = node.jedis()) {
            runScript(jedis, duration);
        }
    }

    private void runScripts() {
        try (Jedis jedis = node.jedis()) {
            while (!over) {
                runScript(jedis, each);
            }
        }
    }

    private static void runScript(Jedis jedis, Duration duration) {
        // By CPU time: since Redis 7.2 the time of day stands still while a script runs.
        jedis.eval("local began = os.clock() repeat until os.clock() - began > " + duration.toNanos() / 1e9);
    }

    /** Returns once no script runs any more. */
    @Override
    public void close() {
        over = true;
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }
}
