package io.slotferry.activities.redis;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A connection to one node, for changing it. What takes lists is pipelined: one round trip, every answer read. */
public interface ChangingNode extends Node {
    /** CLIENT KILL ID: when it answers, all that the client had sent has run or is discarded. */
    void kill(long clientId);

    /** CLUSTER MEET; starts a handshake, no more. */
    void meet(String ip, int port, int busPort);

    /** CLUSTER REPLICATE. */
    void replicate(NodeId master);

    /** CLUSTER FORGET; a node that is unknown already is no error. */
    void forget(NodeId node);

    /** CLUSTER RESET HARD, then FUNCTION FLUSH where the server has functions. */
    void resetHard();

    /** FUNCTION RESTORE of what another node dumped; refused where a library of the same name is there already. */
    void restoreFunctions(byte[] dump);

    /** CONFIG SET. */
    void setConfig(String parameter, String value);

    /** CLUSTER SETSLOT, one answer a change, in order. */
    List<Answer<Void>> setSlots(List<SlotChange> changes);

    /** MIGRATE, each call with keys of one slot; behind them, in the same round trip, a look at what is to be sent next. */
    Carried migrate(MigrateOrder order, List<List<byte[]>> calls, KeyLook next);

    /** CLUSTER MIGRATESLOTS on the source: one job for these slots; the server names it. */
    Answer<Void> exportSlots(SlotRanges slots, NodeId target);

    /** CLUSTER MIGRATION IMPORT on the target: one job for these slots, which have one owner. */
    Answer<Void> importSlots(SlotRanges slots);

    /**
     * Cancels a job: CLUSTER CANCELSLOTMIGRATIONS on the source, which ends all of the node's exports, or CLUSTER MIGRATION
     * CANCEL ID on the target. One that is over is no error.
     */
    void cancelMigration(MigrationJobs.Kind kind, String job);

    /**
     * In one transaction: how many keys each slot has in these databases, which of the node's databases have keys at all,
     * what it has open, and who it is.
     */
    SlotCheck check(Collection<Integer> databases, List<Integer> slots);

    /** One CLUSTER SETSLOT. */
    sealed interface SlotChange {
        int slot();

        /** SETSLOT IMPORTING. */
        record Importing(int slot, NodeId source) implements SlotChange {}

        /** SETSLOT MIGRATING. */
        record Migrating(int slot, NodeId target) implements SlotChange {}

        /** SETSLOT NODE. */
        record Owner(int slot, NodeId owner) implements SlotChange {}

        /**
         * SETSLOT NODE on the new owner itself, which imports the slot. Several together may be one transaction, so that a server
         * which would tell every node of each tells them of the first, and with the last of all.
         */
        record Taking(int slot, NodeId self) implements SlotChange {}
    }

    /** Where MIGRATE sends keys. The credential is the one of this connection. */
    record MigrateOrder(NodeAddress target, int database, boolean replace) {}

    /**
     * What MIGRATE calls were answered.
     *
     * @param answers one a call
     * @param next what was seen behind them; throws {@link NodeFailure.Refused} where that was refused
     */
    record Carried(List<Answer<Void>> answers, Supplier<KeysSeen> next) {}

    /**
     * The answer of {@link #check}.
     *
     * @param keys by slot, summed over the databases asked for
     * @param databases that have any key, with how many they have
     * @param masters that the node sees, without those that it holds for failed, each with the config epoch that the node
     *     knows of it
     */
    record SlotCheck(
            Identity identity,
            Map<Integer, Long> keys,
            Map<Integer, Long> databases,
            OpenSlots open,
            Map<NodeId, Long> masters) {
        /** The node's keys, in all databases. */
        public long allKeys() {
            return databases.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    /**
     * Which process answered.
     *
     * @param configEpoch of the node, as it sees itself
     */
    record Identity(NodeId id, String runId, long configEpoch) {}

    /** The node's own open slots, and those it owns. */
    record OpenSlots(Map<Integer, NodeId> migrating, Map<Integer, NodeId> importing, SlotRanges owned) {}
}
