package io.slotferry.planning;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The whole cluster as one node sees it: its CLUSTER NODES and CLUSTER INFO, read together. Open slots are the viewer's
 * own: CLUSTER NODES shows them on the line of the node that is asked and on no other, so a sweep asks every node.
 *
 * @param viewer the node that answered
 * @param stateOk cluster_state:ok
 * @param currentEpoch cluster_current_epoch
 * @param migrating slot to the ID of the node it is migrating to
 * @param importing slot to the ID of the node it is importing from
 */
public record NodeView(
        NodeId viewer,
        boolean stateOk,
        long currentEpoch,
        List<KnownNode> nodes,
        Map<Integer, NodeId> migrating,
        Map<Integer, NodeId> importing) {

    public NodeView {
        nodes = List.copyOf(nodes);
        migrating = Map.copyOf(migrating);
        importing = Map.copyOf(importing);
    }

    /** The slots that the viewer has open, in either direction. */
    public SlotRanges openSlots() {
        return SlotRanges.ofSlots(Stream.concat(migrating.keySet().stream(), importing.keySet().stream())
                .mapToInt(Integer::intValue));
    }

    /** The viewer's own line. */
    public KnownNode self() {
        return nodes.stream().filter(n -> n.id().equals(viewer)).findFirst().orElseThrow();
    }
}
