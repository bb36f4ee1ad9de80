package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A connection to one node, for looking. Used by one thread at a time. Every method throws {@link NodeFailure}; after
 * {@link NodeFailure.Unreachable} the connection is of no further use.
 */
public interface Node extends AutoCloseable {
    /** The address that was asked for. */
    NodeAddress address();

    /** CLUSTER MYID, CLUSTER NODES and CLUSTER INFO, read together. */
    NodeView view();

    /** INFO. */
    ServerInfo info();

    /** PING. */
    void ping();

    /** CLUSTER MYID; on a node without cluster mode {@link NodeFailure.Refused}. */
    NodeId id();

    /** CONFIG GET; empty where the node does not know the parameter. */
    Optional<String> config(String parameter);

    /** What else can be read of it, through this connection. */
    Particulars particulars();

    /** Atomic slot migrations that the node takes or took part in, and by which command it offers them. */
    MigrationJobs migrationJobs();

    /** Connections of CLIENT LIST whose names begin with {@link ConnectionName#PREFIX}. */
    List<NamedClient> slotferryClients();

    /** DUMP of a key; empty where there is none. With {@code asking} for a slot that the node imports. */
    Optional<byte[]> dump(int database, byte[] key, boolean asking);

    /**
     * What a hash, list, set or sorted set holds: a digest, the same on two nodes that hold the same elements, with their times to
     * live, in whatever order. Empty where the key is of another type, is gone, or may not be read.
     */
    Optional<byte[]> contents(int database, byte[] key, boolean asking);

    /** CLUSTER GETKEYSINSLOT: at most {@code count} keys of each slot, in the order of the slots. */
    default List<List<byte[]>> keysInSlots(int database, List<Integer> slots, int count) {
        return look(database, new KeyLook(List.of(), slots, count)).keys();
    }

    /** CLUSTER COUNTKEYSINSLOT, in the order of the slots. */
    List<Long> countKeys(int database, List<Integer> slots);

    /**
     * A metric of CLUSTER SLOT-STATS (Valkey 8.0, Redis 8.2) for each slot of this node; empty where the server has no such
     * command, does not allow it, or does not keep that metric.
     */
    Optional<Map<Integer, Long>> slotStats(String metric);

    /** MEMORY USAGE in bytes, 0 where a key is gone; in the order of the keys. */
    default List<Long> memoryUsage(int database, List<byte[]> keys) {
        return look(database, new KeyLook(keys, List.of(), 0)).sizes();
    }

    /** What {@link #memoryUsage} and {@link #keysInSlots} answer, in one round trip. */
    KeysSeen look(int database, KeyLook look);

    /** READONLY: a replica then answers for keys of its master's slots; a master does so anyway. */
    void readOnly();

    /** SCAN with COUNT, and MEMORY USAGE of each key that it lists; 0 where one is gone. */
    KeyPage scan(int database, String cursor, int count);

    /** TYPE; {@code none} where the key is gone. */
    String type(int database, byte[] key);

    @Override
    void close();

    /**
     * Which keys to look at.
     *
     * @param names whose sizes are asked for
     * @param slots whose keys are listed
     * @param count keys of each slot at most
     */
    record KeyLook(List<byte[]> names, List<Integer> slots, int count) {
        public static final KeyLook NOTHING = new KeyLook(List.of(), List.of(), 0);
    }

    /**
     * What was seen of them.
     *
     * @param sizes in bytes, 0 where a key is gone; in the order of the names
     * @param keys in the order of the slots
     */
    record KeysSeen(List<Long> sizes, List<List<byte[]>> keys) {}

    /**
     * An answer of SCAN.
     *
     * @param cursor to go on with; {@code 0} at the end
     */
    record KeyPage(String cursor, List<SizedKey> keys) {
        public KeyPage {
            keys = List.copyOf(keys);
        }
    }

    /** A key with its slot, and its size in bytes. */
    @SuppressWarnings("ArrayRecordComponent") // a key is bytes, and sized keys are never compared
    record SizedKey(byte[] name, int slot, long bytes) {}

    /** A connection as CLIENT LIST shows it. */
    record NamedClient(long id, String name) {}
}
