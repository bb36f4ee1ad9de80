package io.slotferry.activities.inspect;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.List;

/**
 * What an inspection says.
 *
 * @param servers engine and version of the nodes that answered, each once
 * @param nodes how many nodes anyone knows
 * @param answered how many of them answered
 * @param ownedSlots slots that a node which answered says are its own
 * @param masters by address
 */
public record Inspection(
        List<String> servers,
        int nodes,
        int answered,
        SlotRanges ownedSlots,
        List<MasterLine> masters,
        List<Finding> findings) {

    public Inspection {
        servers = List.copyOf(servers);
        masters = List.copyOf(masters);
        findings = List.copyOf(findings);
    }

    /** Whether nothing is amiss; what is merely worth knowing does not count. */
    public boolean healthy() {
        return findings.stream().noneMatch(Finding::amiss);
    }

    /**
     * A master that answered.
     *
     * @param memory used, in bytes
     * @param memoryLimit maxmemory, or the machine's memory where that is 0; 0 where neither is known
     * @param replicas that follow it and answered
     */
    public record MasterLine(
            NodeId id, NodeAddress address, SlotRanges slots, long keys, long memory, long memoryLimit, int replicas) {}
}
