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

    /** Since Redis 7.2 the time of day stands still while a script runs; before it scripts do not know CPU time. */
    private static final String SCRIPT = """
            local known, cpu = pcall(function() return os.clock end)
            local now = known and cpu or function()
              local time = redis.call('TIME')
              return time[1] + time[2] / 1000000
            end
            local began = now()
            repeat until now() - began > tonumber(ARGV[1])
            """;

    private static void runScript(Jedis jedis, Duration duration) {
        jedis.eval(SCRIPT, List.of(), List.of(String.valueOf(duration.toNanos() / 1e9)));
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
