package io.slotferry.distribution;

import io.slotferry.servers.LocalNode;
import redis.clients.jedis.Jedis;

/** A node whose memory is nearly used up, by a limit that was put around what it uses. */
record TightMemory(LocalNode node) {
    static TightMemory on(LocalNode node, int percentUsed) {
        try (Jedis jedis = node.jedis()) {
            long used = jedis.info("memory")
                    .lines()
                    .filter(line -> line.startsWith("used_memory:"))
                    .mapToLong(line -> Long.parseLong(
                            line.substring("used_memory:".length()).strip()))
                    .findFirst()
                    .orElseThrow();
            jedis.configSet("maxmemory", Long.toString(used * 100 / percentUsed));
        }
        return new TightMemory(node);
    }

    void relax() {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet("maxmemory", "0");
        }
    }
}
