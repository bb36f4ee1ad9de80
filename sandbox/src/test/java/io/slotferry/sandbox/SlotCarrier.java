package io.slotferry.sandbox;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.MigrateParams;

/** Moves slots by the commands of the Redis Cluster tutorial, ten keys at a time, so that clients meet open slots. */
final class SlotCarrier {
    private final LocalCluster cluster;

    SlotCarrier(LocalCluster cluster) {
        this.cluster = cluster;
    }

    void move(int slot, LocalNode from, LocalNode to) {
        try (Jedis source = from.jedis();
                Jedis target = to.jedis()) {
            target.clusterSetSlotImporting(slot, from.nodeId());
            source.clusterSetSlotMigrating(slot, to.nodeId());
            List<String> keys = source.clusterGetKeysInSlot(slot, 10);
            while (!keys.isEmpty()) {
                source.migrate(to.host(), to.port(), 5_000, new MigrateParams(), keys.toArray(String[]::new));
                keys = source.clusterGetKeysInSlot(slot, 10);
            }
            target.clusterSetSlotNode(slot, to.nodeId());
            source.clusterSetSlotNode(slot, to.nodeId());
        }
        for (LocalNode master : cluster.masters()) {
            try (Jedis jedis = master.jedis()) {
                jedis.clusterSetSlotNode(slot, to.nodeId());
            }
        }
    }

    /** Leaves a key on a node that does not own its slot, as a move that went wrong would. */
    void strand(String key, int slot, LocalNode owner, LocalNode stranger) {
        try (Jedis jedis = stranger.jedis()) {
            jedis.clusterSetSlotImporting(slot, owner.nodeId());
            jedis.sendCommand(redis.clients.jedis.Protocol.Command.ASKING);
            jedis.set(key, "stranded");
            jedis.clusterSetSlotStable(slot);
        }
    }
}
