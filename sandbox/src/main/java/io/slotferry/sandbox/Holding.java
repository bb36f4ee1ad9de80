package io.slotferry.sandbox;

import java.util.List;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/**
 * What a master holds.
 *
 * @param master its address
 * @param slots that it owns by its own word
 * @param keys that lie on it, of all databases
 */
public record Holding(String master, int slots, long keys) {
    /**
     * Every master of the cluster, in the order of the first seed's CLUSTER NODES.
     *
     * @throws redis.clients.jedis.exceptions.JedisException where a master does not answer
     */
    public static List<Holding> read(Access access) {
        SlotOwners owners = SlotOwners.read(access);
        return Masters.forEach(owners, master -> {
            try (Jedis jedis = new Jedis(master, access.config())) {
                return of(master, owners, Keyspace.read(jedis).keys());
            }
        });
    }

    static Holding of(HostAndPort master, SlotOwners owners, long keys) {
        return new Holding(master.toString(), owners.slotsByMaster().get(master), keys);
    }
}
