package io.slotferry.planning;

import java.util.Optional;
import java.util.Set;

/**
 * One node as another node (or itself) sees it: a line of CLUSTER NODES.
 *
 * @param busPort the cluster bus port, as announced
 * @param masterId the master that a replica follows; empty for a master
 * @param linkConnected whether the viewer's bus link to it is up; always true for the viewer itself
 */
public record KnownNode(
        NodeId id,
        NodeAddress address,
        int busPort,
        Role role,
        Optional<NodeId> masterId,
        long configEpoch,
        Set<Flag> flags,
        boolean linkConnected,
        SlotRanges slots) {

    public KnownNode {
        flags = Set.copyOf(flags);
    }

    /** What a node is to the cluster. */
    public enum Role {
        MASTER,
        REPLICA
    }

    /** The states of CLUSTER NODES that call for care; role and "myself" stand elsewhere. */
    public enum Flag {
        PFAIL,
        FAIL,
        HANDSHAKE,
        NOADDR,
        NOFAILOVER
    }
}
