package io.slotferry.servers;

import java.time.Duration;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;

/** Makes a cluster of fresh nodes. Member r of shard s is {@code members.get(r).get(s)}; r = 0 are the masters. */
record ClusterFormation(List<List<LocalNode>> members, SlotLayout layout, Duration timeout) {
    void form() {
        List<LocalNode> masters = members.get(0);
        for (int i = 0; i < masters.size(); i++) {
            giveSlots(masters.get(i), i);
        }
        List<LocalNode> all = members.stream().flatMap(List::stream).toList();
        introduce(all);
        for (List<LocalNode> replicas : members.subList(1, members.size())) {
            for (int shard = 0; shard < replicas.size(); shard++) {
                replicate(replicas.get(shard), masters.get(shard));
            }
        }
        ClusterReadiness.await(all, timeout);
    }

    /** A distinct epoch for each master, or they would settle it among themselves for seconds. */
    private void giveSlots(LocalNode master, int index) {
        try (Jedis jedis = master.jedis()) {
            jedis.clusterSetConfigEpoch(index + 1);
            if (layout.slotsOfMaster().get(index).isEmpty()) {
                return;
            }
            // CLUSTER ADDSLOTSRANGE is there from Redis 7.0 on.
            if (master.binary().isAtLeast(7, 0)) {
                jedis.clusterAddSlotsRange(layout.bounds(index));
            } else {
                jedis.clusterAddSlots(layout.slots(index));
            }
        }
    }

    /** Each node meets all before it: gossip alone would take seconds to spread who is there. */
    private static void introduce(List<LocalNode> nodes) {
        for (int i = 1; i < nodes.size(); i++) {
            try (Jedis jedis = nodes.get(i).jedis()) {
                for (LocalNode earlier : nodes.subList(0, i)) {
                    jedis.clusterMeet(earlier.host(), earlier.port());
                }
            }
        }
    }

    private void replicate(LocalNode replica, LocalNode master) {
        try (Jedis jedis = replica.jedis()) {
            Poll.until(
                    timeout,
                    () -> {
                        try {
                            jedis.clusterReplicate(master.nodeId());
                            return null;
                        } catch (JedisDataException e) {
                            // "Unknown node" until the handshake is done.
                            return e.getMessage();
                        }
                    },
                    last -> new ServerStartException(
                            replica + " could not become a replica of " + master + ": " + last));
        }
    }
}
