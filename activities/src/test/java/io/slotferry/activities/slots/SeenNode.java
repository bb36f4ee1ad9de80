package io.slotferry.activities.slots;

import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.Optional;
import java.util.Set;

/** Nodes as views show them, each named by a hexadecimal digit. */
final class SeenNode {
    private SeenNode() {}

    static KnownNode master(String digit, String slots) {
        return node(digit, Optional.empty(), slots);
    }

    static KnownNode replica(String digit, String master) {
        return node(digit, Optional.of(id(master)), "");
    }

    private static KnownNode node(String digit, Optional<NodeId> master, String slots) {
        return new KnownNode(
                id(digit),
                address(digit),
                17_000,
                master.isPresent() ? Role.REPLICA : Role.MASTER,
                master,
                1,
                Set.of(),
                true,
                SlotRanges.parse(slots));
    }

    static NodeId id(String digit) {
        return new NodeId(digit.repeat(40));
    }

    static NodeAddress address(String digit) {
        return new NodeAddress("10.0.0.1", 7000 + digit.charAt(0));
    }
}
