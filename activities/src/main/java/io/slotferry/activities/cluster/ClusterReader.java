package io.slotferry.activities.cluster;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.AtOnce;
import io.slotferry.activities.redis.AtOnce.Ended;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ImportedSlots;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.ViewAgreement;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Asks every node of a cluster, several at a time. */
public final class ClusterReader {
    private final Nodes nodes;

    public ClusterReader(Nodes nodes) {
        this.nodes = nodes;
    }

    public Nodes nodes() {
        return nodes;
    }

    /** What one question to several nodes gave: an answer or a failure each, in the order asked. */
    public record Asked<T>(Map<NodeAddress, T> answers, Map<NodeAddress, NodeFailure> failures) {}

    /** Asks each of these nodes, on a connection of its own. */
    public <T> Asked<T> ask(Collection<NodeAddress> addresses, Function<Node, T> question) {
        Map<NodeAddress, T> answers = new LinkedHashMap<>();
        Map<NodeAddress, NodeFailure> failures = new LinkedHashMap<>();
        for (Ended<NodeAddress, T> ended : AtOnce.settle(addresses, address -> ask(address, question))) {
            if (ended.failure() == null) {
                answers.put(ended.item(), ended.value());
            } else if (ended.failure() instanceof NodeFailure failure) {
                failures.put(ended.item(), failure);
            } else {
                throw new IllegalStateException("asking " + ended.item(), ended.failure());
            }
        }
        return new Asked<>(answers, failures);
    }

    private <T> T ask(NodeAddress address, Function<Node, T> question) {
        try (Node node = nodes.look(address)) {
            return question.apply(node);
        }
    }

    /**
     * The view of every node that the first answering seed knows.
     *
     * @throws NodeFailure of the last seed where none answers
     */
    public Sweep sweep(ClusterAccess access) {
        NodeView first = firstView(access);
        List<NodeAddress> addresses = first.nodes().stream()
                .filter(node -> !node.flags().contains(KnownNode.Flag.NOADDR))
                .map(KnownNode::address)
                .toList();
        Asked<NodeView> asked = ask(addresses, Node::view);
        return new Sweep(new ArrayList<>(asked.answers().values()), asked.failures());
    }

    private NodeView firstView(ClusterAccess access) {
        NodeFailure last = null;
        for (NodeAddress seed : access.seeds()) {
            try (Node node = nodes.look(seed)) {
                return node.view();
            } catch (NodeFailure e) {
                last = e;
            }
        }
        throw last == null ? new IllegalArgumentException("a cluster is reached through one seed at least") : last;
    }

    /** A cluster on which all nodes agree, with the views that say so. */
    public record Agreed(Cluster cluster, List<NodeView> views) {
        /** Every member's address. */
        public List<NodeAddress> addresses() {
            return cluster.members().map(Member::address).toList();
        }
    }

    /**
     * The cluster, where every node answers, all agree, and each says that it is ok.
     *
     * @throws Halted of kind VIEWS_DISAGREE, which settles by itself more often than not
     */
    public Agreed agreed(ClusterAccess access) {
        return agreed(sweep(access), ClusterViews::compare);
    }

    /**
     * The same between batches: replicas may see moved slots at their earlier owners for a moment still, and a target those
     * that it imports at nobody's, since their source failed over and nobody has told it yet.
     */
    public Agreed agreedWhileSlotsMove(ClusterAccess access) {
        Sweep sweep = sweep(access);
        return agreedWhileSlotsMove(new Sweep(ImportedSlots.withTheirOwners(sweep.views()), sweep.failures()));
    }

    /** The same of a look that was taken already. */
    public static Agreed agreedWhileSlotsMove(Sweep sweep) {
        return agreed(sweep, ClusterViews::compareWhileSlotsMove);
    }

    private static Agreed agreed(Sweep sweep, Function<List<NodeView>, ViewAgreement> compare) {
        List<String> evidence = new ArrayList<>();
        sweep.failures().values().forEach(failure -> evidence.add(failure.getMessage()));
        ClusterViews.notOk(sweep.views()).forEach(node -> evidence.add(node + " does not say cluster_state:ok"));
        ViewAgreement agreement = compare.apply(sweep.views());
        if (agreement instanceof ViewAgreement.Agreed agreed && evidence.isEmpty()) {
            return new Agreed(agreed.cluster(), sweep.views());
        }
        if (agreement instanceof ViewAgreement.Disagreed disagreed) {
            evidence.addAll(disagreed.differences());
        }
        throw new Halted(new Halt(
                FailureKind.VIEWS_DISAGREE,
                "The nodes' views of the cluster differ, or a node is not ok.",
                evidence.subList(0, Math.min(evidence.size(), ClusterViews.MAX_DIFFERENCES)),
                "wait for the nodes to settle (it is tried again by itself), or mend what the evidence names; then slotferry"
                        + " retry"));
    }
}
