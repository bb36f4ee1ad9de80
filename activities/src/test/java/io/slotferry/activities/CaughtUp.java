package io.slotferry.activities;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import java.time.Duration;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;

/** Replicas that have all that their masters have written: a link that is up does not say so. */
public final class CaughtUp {
    private CaughtUp() {}

    /** Waits until the first replica of each shard has what its master has now. */
    public static void await(LocalCluster cluster) {
        for (int shard = 0; shard < cluster.masters().size(); shard++) {
            await(cluster.masters().get(shard), cluster.replicas().get(shard));
        }
    }

    /** Waits until this replica has what its master has now. */
    public static void await(LocalNode master, LocalNode replica) {
        long written = offset(master, "master_repl_offset:");
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> offset(replica, "slave_repl_offset:") >= written);
    }

    /** -1 where it has none: a node that is no replica, or not yet. */
    private static long offset(LocalNode node, String field) {
        try (Jedis jedis = node.jedis()) {
            return jedis.info("replication")
                    .lines()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line ->
                            Long.parseLong(line.substring(field.length()).strip()))
                    .findFirst()
                    .orElse(-1);
        }
    }
}
