package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.ViewAgreement;
import io.slotferry.workflows.contract.FailureKind;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Adds nodes: MEET, then waits until every node knows every node, each bus link is up in both directions, and each new one
 * says cluster_state:ok. OK to MEET means no more than that a handshake began, and a fresh node refuses slots until it
 * knows all others ("I don't know about node"), so nothing goes on before that.
 */
final class Joiner {
    private static final long JOIN_MILLIS = 60_000;
    private static final long MEET_AGAIN_MILLIS = 5_000;

    private final Change change;

    Joiner(Change change) {
        this.change = change;
    }

    void add(List<Member> nodes) {
        Set<NodeId> members = knownIds(change.reader().sweep(change.access()));
        List<Member> missing =
                nodes.stream().filter(node -> !members.contains(node.id())).toList();
        Map<NodeAddress, NodeView> views = stillEmpty(missing);
        long end = System.nanoTime() + JOIN_MILLIS * 1_000_000;
        while (!Change.await(MEET_AGAIN_MILLIS, round(missing, views, nodes))) {
            if (System.nanoTime() >= end) {
                throw new Halted(
                        FailureKind.JOIN_FAILED,
                        "The new nodes did not join within " + JOIN_MILLIS / 1_000 + " s.",
                        whatIsMissing(nodes),
                        "see that every node reaches every other on its client port and on its bus port (port + 10000, or"
                                + " cluster-port), then start again");
            }
        }
    }

    /** A round MEETs once, then looks until all have joined. */
    private java.util.function.Supplier<Boolean> round(
            List<Member> missing, Map<NodeAddress, NodeView> views, List<Member> nodes) {
        meet(missing, views);
        return () -> whatIsMissing(nodes).isEmpty();
    }

    private static Set<NodeId> knownIds(Sweep sweep) {
        Set<NodeId> ids = new HashSet<>();
        sweep.views().forEach(view -> view.nodes().forEach(node -> ids.add(node.id())));
        return ids;
    }

    /** Between plan and MEET somebody may have used the node: it must be the one that was planned, empty and alone. */
    private Map<NodeAddress, NodeView> stillEmpty(List<Member> missing) {
        Asked<Seen> asked = change.reader()
                .ask(missing.stream().map(Member::address).toList(), node -> new Seen(node.view(), keys(node)));
        asked.failures().values().forEach(failure -> {
            throw failure;
        });
        Map<NodeAddress, NodeView> views = new java.util.HashMap<>();
        for (Member node : missing) {
            Seen seen = asked.answers().get(node.address());
            boolean same = seen.view().viewer().equals(node.id());
            boolean untouched = seen.keys() == 0 && seen.view().self().slots().isEmpty();
            if (!same || !untouched) {
                throw new Halted(
                        FailureKind.CLUSTER_CHANGED,
                        node.address() + " is not the empty node that was planned any more.",
                        List.of("node ID " + seen.view().viewer() + ", planned " + node.id(), "keys: " + seen.keys()),
                        "name an empty node that belongs to no cluster, and start again");
            }
            views.put(node.address(), seen.view());
        }
        return views;
    }

    private record Seen(NodeView view, long keys) {}

    private static long keys(Node node) {
        return node.info().totalKeys();
    }

    private void meet(List<Member> missing, Map<NodeAddress, NodeView> views) {
        if (missing.isEmpty()) {
            return;
        }
        NodeAddress host = aMaster();
        try (ChangeSession session = change.session(List.of(host))) {
            for (Member node : missing) {
                session.at(host)
                        .meet(
                                ip(node.address()),
                                node.address().port(),
                                views.get(node.address()).self().busPort());
            }
        }
    }

    private NodeAddress aMaster() {
        return change.reader().sweep(change.access()).views().stream()
                .map(NodeView::self)
                .filter(self ->
                        self.role() == KnownNode.Role.MASTER && !self.slots().isEmpty())
                .map(KnownNode::address)
                .findFirst()
                .orElseThrow(() -> new Halted(
                        FailureKind.NODE_UNREACHABLE,
                        "No master of the cluster answers.",
                        List.of(),
                        "bring the cluster back, then slotferry retry"));
    }

    /** MEET takes IP literals only. */
    private static String ip(NodeAddress address) {
        try {
            return InetAddress.getByName(address.host()).getHostAddress();
        } catch (UnknownHostException e) {
            throw new Halted(
                    FailureKind.NODE_UNREACHABLE,
                    "The worker cannot resolve the host " + address.host() + ".",
                    List.of(),
                    "name the node by an address that the worker and the cluster's nodes know");
        }
    }

    private List<String> whatIsMissing(List<Member> nodes) {
        Sweep sweep = change.reader().sweep(change.access());
        List<String> missing = new ArrayList<>();
        sweep.failures().values().forEach(failure -> missing.add(failure.getMessage()));
        Set<NodeId> viewers = new HashSet<>();
        sweep.views().forEach(view -> viewers.add(view.viewer()));
        nodes.stream()
                .filter(node -> !viewers.contains(node.id()))
                .forEach(node -> missing.add(node + " is not known to the cluster yet"));
        if (ClusterViews.compare(sweep.views()) instanceof ViewAgreement.Disagreed disagreed) {
            missing.addAll(disagreed.differences());
        }
        ClusterViews.downLinks(sweep.views())
                .forEach(link -> missing.add(link.viewer() + " has no bus link to " + link.node()));
        ClusterViews.notOk(sweep.views()).forEach(node -> missing.add(node + " does not say cluster_state:ok"));
        return missing.subList(0, Math.min(missing.size(), ClusterViews.MAX_DIFFERENCES));
    }
}
