package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Removes nodes that this run added. A FORGET holds for 60 s, and whoever still knows a node tells the others of it again:
 * so every member must be reachable before the first FORGET, all forget it, and the node is reset to a new ID at once.
 */
final class Remover {
    private static final long GONE_MILLIS = 30_000;

    private final Change change;

    Remover(Change change) {
        this.change = change;
    }

    /** Removes what is still there of these. */
    void remove(List<Member> nodes) {
        Set<NodeId> ids = nodes.stream().map(Member::id).collect(Collectors.toCollection(LinkedHashSet::new));
        Sweep sweep = change.reader().sweep(change.access());
        refuseUnlessAllAnswer(sweep);
        List<KnownNode> leaving = sweep.views().stream()
                .map(NodeView::self)
                .filter(self -> ids.contains(self.id()))
                // Replicas first: a replica refuses to forget its own master.
                .sorted(Comparator.comparing(self -> self.role() == KnownNode.Role.MASTER))
                .toList();
        leaving.forEach(node -> refuseUnlessEmpty(node, ids));
        leaving.forEach(node -> remove(node, sweep));
        awaitGone(ids);
    }

    private static void refuseUnlessAllAnswer(Sweep sweep) {
        if (!sweep.failures().isEmpty()) {
            throw new Halted(
                    FailureKind.NODE_UNREACHABLE,
                    "Nodes are removed only while every member answers; none was removed.",
                    sweep.failures().values().stream()
                            .map(Throwable::getMessage)
                            .toList(),
                    "bring the members named above back, or CLUSTER FORGET them where they are gone for good");
        }
    }

    private void refuseUnlessEmpty(KnownNode node, Set<NodeId> ours) {
        List<String> evidence = new ArrayList<>();
        if (!node.slots().isEmpty()) {
            evidence.add("it owns " + node.slots().size() + " slots: " + node.slots());
        }
        boolean strangersReplica = node.role() == KnownNode.Role.REPLICA
                && node.masterId().filter(ours::contains).isEmpty()
                && node.masterId().isPresent();
        if (node.role() == KnownNode.Role.MASTER) {
            try (Node asked = change.reader().nodes().look(node.address())) {
                long keys = asked.info().totalKeys();
                if (keys > 0) {
                    evidence.add("it holds " + keys + " keys");
                }
            }
        } else if (strangersReplica) {
            // Its data is its master's, who stays: the replica alone is taken away again.
            return;
        }
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.NOT_OURS_TO_REMOVE,
                    node.address() + " is not empty; it was not removed.",
                    evidence,
                    "move its slots away first, or see who uses it");
        }
    }

    private void remove(KnownNode leaving, Sweep sweep) {
        List<NodeAddress> others = sweep.views().stream()
                .map(NodeView::self)
                .filter(self -> !self.id().equals(leaving.id()))
                .map(KnownNode::address)
                .toList();
        List<NodeAddress> all = new ArrayList<>(others);
        all.add(leaving.address());
        try (ChangeSession session = change.session(all)) {
            others.forEach(address -> session.at(address).forget(leaving.id()));
            session.at(leaving.address()).resetHard();
        }
    }

    private void awaitGone(Set<NodeId> ids) {
        List<String> still = new ArrayList<>();
        boolean gone = Change.await(GONE_MILLIS, () -> {
            still.clear();
            for (NodeView view : change.reader().sweep(change.access()).views()) {
                Optional<KnownNode> ghost = view.nodes().stream()
                        .filter(node -> ids.contains(node.id()))
                        .findFirst();
                ghost.ifPresent(node -> still.add(view.self().address() + " still knows " + node.id()));
            }
            return still.isEmpty();
        });
        if (!gone) {
            throw new Halted(
                    FailureKind.NODE_REFUSED,
                    "Removed nodes are still known to members.",
                    still,
                    "CLUSTER FORGET them on the members named above");
        }
    }
}
