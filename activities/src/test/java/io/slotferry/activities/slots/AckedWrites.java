package io.slotferry.activities.slots;

import io.slotferry.servers.LocalNode;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

/** A client that writes to keys in all slots while slots move, and remembers which writes were acknowledged. */
final class AckedWrites implements AutoCloseable {
    private static final int KEYS = 400;

    private final Set<HostAndPort> nodes;
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();
    private final Set<String> uncertain = new HashSet<>();
    private final Thread writer = new Thread(this::write, "writer");
    private volatile boolean stopped;

    AckedWrites(List<LocalNode> nodes) {
        this.nodes = nodes.stream().map(LocalNode::hostAndPort).collect(Collectors.toSet());
        writer.start();
    }

    private RedisClusterClient client(Duration patience) {
        return RedisClusterClient.builder()
                .nodes(nodes)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .resp2()
                        .timeoutMillis(Math.toIntExact(patience.toMillis()))
                        .build())
                .maxAttempts(3)
                .poolConfig(new ConnectionPoolConfig())
                .build();
    }

    private void write() {
        try (RedisClusterClient client = client(Duration.ofSeconds(1))) {
            for (int i = 0; !stopped; i++) {
                String key = "acked:" + i % KEYS;
                try {
                    client.set(key, Integer.toString(i));
                    acknowledged.put(key, i);
                    uncertain.remove(key);
                } catch (JedisException e) {
                    // It may have taken effect or not.
                    uncertain.add(key);
                }
                LockSupport.parkNanos(4_000_000);
            }
        }
    }

    /** Stops writing and reads back: keys whose last acknowledged write is gone, with what is there instead. */
    Map<String, String> lost() throws InterruptedException {
        stopped = true;
        writer.join();
        Map<String, String> lost = new TreeMap<>();
        try (RedisClusterClient client = client(Duration.ofSeconds(20))) {
            acknowledged.forEach((key, value) -> {
                String found = client.get(key);
                int there = found == null ? -1 : Integer.parseInt(found);
                if (there < value || (there > value && !uncertain.contains(key))) {
                    lost.put(key, "wrote " + value + ", found " + found);
                }
            });
        }
        return lost;
    }

    int count() {
        return acknowledged.size();
    }

    @Override
    public void close() {
        stopped = true;
    }
}
