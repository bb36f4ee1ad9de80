package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node says of itself: INFO.
 *
 * @param engine {@code redis} or {@code valkey}
 * @param version of that engine
 * @param runId names the process: another after every restart
 * @param keys number of keys by database; a database without keys is left out
 * @param loadedKeys how many keys it read from its RDB file when it started (or synchronised with its master): absent before
 *     7.0 and from a node that loaded none
 * @param aof whether the append-only file is on
 * @param replication its part in replication
 * @param load what it has used of CPU and memory
 */
public record ServerInfo(
        String engine,
        String version,
        String runId,
        boolean clusterEnabled,
        Map<Integer, Long> keys,
        Optional<Long> loadedKeys,
        boolean aof,
        boolean loading,
        Replication replication,
        Load load) {

    public ServerInfo {
        keys = Map.copyOf(keys);
    }

    /** Keys over all databases. */
    public long totalKeys() {
        return keys.values().stream().mapToLong(Long::longValue).sum();
    }

    /**
     * The section "Replication".
     *
     * @param offset bytes of the replication stream written (master) or processed (replica)
     * @param link a replica's link to its master; empty on a master
     * @param replicas that are connected to this master
     */
    public record Replication(boolean master, long offset, Optional<MasterLink> link, List<ReplicaLine> replicas) {
        public Replication {
            replicas = List.copyOf(replicas);
        }

        /** Whether this is a replica that is linked to its master and has all of its data. */
        public boolean inSync() {
            return link.filter(to -> to.up() && !to.syncing()).isPresent();
        }
    }

    /** A replica's link: {@code master_link_status}, {@code master_sync_in_progress}. */
    public record MasterLink(String host, int port, boolean up, boolean syncing) {}

    /**
     * Of the sections "CPU", "Memory" and "Stats".
     *
     * @param cpuSeconds that its main thread has used since the process started; of all its threads where it does not say
     *     (Redis before 6.2)
     * @param usedMemory in bytes
     * @param memoryLimit maxmemory, or where that is 0 the machine's memory; 0 where neither is known
     * @param bytesIn that it has read from its network since the process started, those of replication with them
     * @param bytesOut that it has written
     * @param outputBuffers bytes that wait for the client which reads slowest, or for replicas
     */
    public record Load(
            double cpuSeconds, long usedMemory, long memoryLimit, long bytesIn, long bytesOut, long outputBuffers) {}

    /** A {@code slaveN} line. */
    public record ReplicaLine(NodeAddress address, boolean online, long offset) {}
}
