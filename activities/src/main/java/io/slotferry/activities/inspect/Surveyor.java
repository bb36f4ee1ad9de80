package io.slotferry.activities.inspect;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ClusterAccess;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Asks every node that any node knows: where views are split, no single one lists them all. */
final class Surveyor {
    private final ClusterReader reader;
    private final Map<NodeId, NodeView> views = new HashMap<>();
    private final Map<NodeId, NodeAddress> addresses = new HashMap<>();
    private final Map<NodeAddress, NodeFailure> failures = new HashMap<>();
    private final Map<NodeId, ServerInfo> infos = new HashMap<>();

    Surveyor(ClusterReader reader) {
        this.reader = reader;
    }

    private record Look(NodeView view, ServerInfo info) {}

    /**
     * One look at all of them.
     *
     * @throws NodeFailure of a seed where none answers
     */
    Survey look(ClusterAccess access) {
        Set<NodeAddress> asked = new LinkedHashSet<>();
        Set<NodeAddress> next = new LinkedHashSet<>(access.seeds());
        while (!next.isEmpty()) {
            asked.addAll(next);
            Set<NodeAddress> heard = ask(next);
            heard.removeAll(asked);
            next = heard;
        }
        if (views.isEmpty()) {
            throw failures.get(access.seeds().get(0));
        }
        return new Survey(views, addresses, failures, infos);
    }

    /** The addresses that the answers name. */
    private Set<NodeAddress> ask(Set<NodeAddress> some) {
        Asked<Look> answers = reader.ask(some, node -> new Look(node.view(), node.info()));
        failures.putAll(answers.failures());
        Set<NodeAddress> heard = new LinkedHashSet<>();
        answers.answers().forEach((address, look) -> {
            NodeId id = look.view().viewer();
            views.put(id, look.view());
            infos.put(id, look.info());
            // A seed may be a name of which the nodes know nothing: the announced address is the one that others use.
            addresses.merge(id, address, (first, second) -> isAnnounced(look, second) ? second : first);
            look.view().nodes().stream()
                    .filter(node -> !node.flags().contains(Flag.NOADDR))
                    .map(KnownNode::address)
                    .forEach(heard::add);
        });
        return heard;
    }

    private static boolean isAnnounced(Look look, NodeAddress address) {
        return look.view().self().address().equals(address);
    }
}
