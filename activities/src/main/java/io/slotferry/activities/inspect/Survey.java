package io.slotferry.activities.inspect;

import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What one look at every node gave that any node knows. A node's word on itself counts; what others think of it is
 * evidence.
 *
 * @param views of the nodes that answered, by their IDs
 * @param addresses at which they answered
 * @param failures of addresses that did not
 */
record Survey(
        Map<NodeId, NodeView> views,
        Map<NodeId, NodeAddress> addresses,
        Map<NodeAddress, NodeFailure> failures,
        Map<NodeId, ServerInfo> infos) {

    Survey {
        views = Map.copyOf(views);
        addresses = Map.copyOf(addresses);
        failures = Map.copyOf(failures);
        infos = Map.copyOf(infos);
    }

    boolean answered(NodeId id) {
        return views.containsKey(id);
    }

    /** Nodes that answered, by address. */
    List<NodeView> nodes() {
        return views.values().stream()
                .sorted(Comparator.comparing(view -> addresses.get(view.viewer())))
                .toList();
    }

    /** Those of them that are masters by their own word. */
    List<NodeView> masters() {
        return nodes().stream()
                .filter(view -> view.self().role() == Role.MASTER)
                .toList();
    }

    /** Those of them that follow this master by their own word. */
    List<NodeView> replicasOf(NodeId master) {
        return nodes().stream()
                .filter(view -> view.self().role() == Role.REPLICA
                        && view.self().masterId().filter(master::equals).isPresent())
                .toList();
    }

    /** Every node that anyone knows, but those in handshake, whose IDs are made up. */
    Set<NodeId> known() {
        Set<NodeId> known = new TreeSet<>(views.keySet());
        views.values().forEach(view -> view.nodes().stream()
                .filter(node -> !node.flags().contains(Flag.HANDSHAKE))
                .map(KnownNode::id)
                .forEach(known::add));
        return known;
    }

    /** Those that did not answer. */
    List<NodeId> absent() {
        return known().stream().filter(id -> !answered(id)).toList();
    }

    /** How a node sees another one. */
    Optional<KnownNode> seen(NodeId viewer, NodeId node) {
        return views.get(viewer).nodes().stream()
                .filter(known -> known.id().equals(node))
                .findFirst();
    }

    /** The nodes that answered and know this one, itself left out. */
    List<NodeId> knowing(NodeId node) {
        return nodes().stream()
                .map(NodeView::viewer)
                .filter(viewer -> !viewer.equals(node) && seen(viewer, node).isPresent())
                .toList();
    }

    /** Where a node answered, else where somebody sees it; empty where nobody knows an address. */
    Optional<NodeAddress> address(NodeId node) {
        return Optional.ofNullable(addresses.get(node)).or(() -> knowing(node).stream()
                .flatMap(viewer -> seen(viewer, node).stream())
                .filter(known -> !known.flags().contains(Flag.NOADDR))
                .map(KnownNode::address)
                .findFirst());
    }

    /** {@code 127.0.0.1:7000 (1a2b3c4d)}. */
    String name(NodeId node) {
        return address(node)
                .map(address -> new Member(node, address).toString())
                .orElse("node " + node.brief());
    }

    /** {@code 127.0.0.1:7000 (1a2b3c4d), 127.0.0.1:7001 (5e6f7a8b) and 3 more}. */
    String names(Collection<NodeId> nodes) {
        List<String> all = nodes.stream().map(this::name).toList();
        int shown = Math.min(all.size(), 4);
        return String.join(", ", all.subList(0, shown))
                + (all.size() > shown ? " and " + (all.size() - shown) + " more" : "");
    }

    /** What a node calls its own: nothing for a replica. */
    SlotRanges owned(NodeView view) {
        return view.self().role() == Role.MASTER ? view.self().slots() : SlotRanges.none();
    }

    /** Slots that a node which answered calls its own. */
    SlotRanges owned() {
        return SlotRanges.union(views.values().stream().map(this::owned));
    }

    /** Whether all nodes stand on one host, as in a sandbox, where nobody could keep them apart. */
    boolean oneHost() {
        return addresses.values().stream().map(NodeAddress::host).distinct().count() == 1;
    }
}
