package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One look at nodes that are to leave: everybody whom anybody in the cluster knows was asked, and they themselves at the
 * addresses where they were planned, whoever knows them.
 */
final class Leavers {
    private final List<Member> nodes;
    private final Set<NodeId> ids;
    private final Map<NodeAddress, NodeView> cluster = new LinkedHashMap<>();
    private final List<String> silentMembers = new ArrayList<>();
    private final Asked<Self> selves;

    /** What a node that is to leave says of itself. */
    private record Self(NodeView view, long keys) {}

    /**
     * A node that is still known, by others or by itself.
     *
     * @param bearer its own view, where the process at its address still bears the ID
     */
    record Leaver(Member node, Optional<NodeView> bearer) {}

    private Leavers(ClusterReader reader, ClusterAccess access, List<Member> nodes) {
        this.nodes = List.copyOf(nodes);
        this.ids = nodes.stream().map(Member::id).collect(Collectors.toSet());
        this.selves = reader.ask(
                nodes.stream().map(Member::address).collect(Collectors.toSet()),
                node -> new Self(node.view(), node.info().totalKeys()));
        reader.sweep(access).views().forEach(view -> cluster.put(view.self().address(), view));
        askWhoeverIsKnown(reader);
    }

    /**
     * Looks.
     *
     * @throws io.slotferry.activities.redis.NodeFailure where no seed answers
     */
    static Leavers look(ClusterReader reader, ClusterAccess access, List<Member> nodes) {
        return new Leavers(reader, access, nodes);
    }

    /** A seed that has forgotten a node does not know whether others have. */
    private void askWhoeverIsKnown(ClusterReader reader) {
        Set<NodeId> answered = new HashSet<>();
        cluster.values().forEach(view -> answered.add(view.viewer()));
        Map<NodeId, KnownNode> missing = missing(answered);
        while (!missing.isEmpty()) {
            missing.values().stream()
                    .filter(node -> node.flags().contains(Flag.NOADDR))
                    .forEach(node -> silentMembers.add("node " + node.id() + " has no address"));
            Asked<NodeView> asked = reader.ask(
                    missing.values().stream()
                            .filter(node -> !node.flags().contains(Flag.NOADDR))
                            .map(KnownNode::address)
                            .collect(Collectors.toSet()),
                    Node::view);
            asked.failures().values().forEach(failure -> silentMembers.add(failure.getMessage()));
            asked.answers().forEach(cluster::put);
            asked.answers().values().forEach(view -> answered.add(view.viewer()));
            answered.addAll(missing.keySet());
            missing = missing(answered);
        }
    }

    /** Members that somebody knows and nobody has asked; a node that is to leave and was reset already is none of them. */
    private Map<NodeId, KnownNode> missing(Set<NodeId> answered) {
        Map<NodeId, KnownNode> missing = new LinkedHashMap<>();
        members()
                .flatMap(view -> view.nodes().stream())
                .filter(node -> !node.flags().contains(Flag.HANDSHAKE))
                .filter(node -> !answered.contains(node.id()) && !wasReset(node.id()))
                .forEach(node -> missing.putIfAbsent(node.id(), node));
        return missing;
    }

    private boolean wasReset(NodeId id) {
        return nodes.stream()
                .filter(node -> node.id().equals(id))
                .map(node -> selves.answers().get(node.address()))
                .anyMatch(self -> self != null && !self.view().viewer().equals(id));
    }

    /** The views of those who stay. */
    private Stream<NodeView> members() {
        return cluster.values().stream().filter(view -> !ids.contains(view.viewer()));
    }

    /**
     * Removing begins only while every member answers.
     *
     * @throws Halted of kind NODE_UNREACHABLE
     */
    void refuseUnlessAllAnswer() {
        if (!silentMembers.isEmpty()) {
            throw new Halted(
                    FailureKind.NODE_UNREACHABLE,
                    known().isEmpty()
                            ? "Whether removed nodes are forgotten is seen only while every member answers."
                            : "Nodes are removed only while every member answers; none was removed.",
                    silentMembers,
                    "bring the members named above back, then slotferry retry; where one is gone for good, CLUSTER FORGET its"
                            + " node ID on every other member first");
        }
    }

    /**
     * All of them are looked at before the first is removed.
     *
     * @throws Halted of kind NOT_OURS_TO_REMOVE
     */
    void refuseUnlessEmpty() {
        known().forEach(leaver -> {
            List<String> evidence = new ArrayList<>();
            NodeId id = leaver.node().id();
            leaver.bearer().ifPresent(view -> {
                if (!view.self().slots().isEmpty()) {
                    evidence.add("it owns " + view.self().slots().size() + " slots: "
                            + view.self().slots());
                }
                // A replica's keys are its master's, who is looked at himself or stays.
                long keys = selves.answers().get(leaver.node().address()).keys();
                if (view.self().role() == Role.MASTER && keys > 0) {
                    evidence.add("it holds " + keys + " keys");
                }
            });
            members().forEach(view -> {
                view.nodes().stream()
                        .filter(node -> node.id().equals(id) && !node.slots().isEmpty())
                        .forEach(node -> evidence.add(view.self().address() + " sees it own " + node.slots()));
                view.self()
                        .masterId()
                        .filter(id::equals)
                        .ifPresent(master -> evidence.add(view.self().address()
                                + " is its replica, and none that this run added: it would refuse to forget it"));
            });
            if (!evidence.isEmpty()) {
                throw notOurs(leaver.node(), evidence);
            }
        });
    }

    static Halted notOurs(Member node, List<String> evidence) {
        return new Halted(
                FailureKind.NOT_OURS_TO_REMOVE,
                node.address() + " is not empty; it was not removed.",
                evidence,
                "move away what is named above, or see who uses the node; then slotferry retry, or slotferry stop-here");
    }

    /** Those that are still known, replicas first, since a replica refuses to forget its own master. */
    List<Leaver> known() {
        return nodes.stream()
                .map(node -> new Leaver(node, bearer(node)))
                .filter(leaver -> !whoKnows(leaver).isEmpty()
                        || leaver.bearer()
                                .filter(view -> view.nodes().size() > 1)
                                .isPresent())
                .sorted(Comparator.comparing(leaver -> leaver.bearer()
                        .filter(view -> view.self().role() == Role.REPLICA)
                        .isEmpty()))
                .toList();
    }

    private Optional<NodeView> bearer(Member node) {
        return Optional.ofNullable(selves.answers().get(node.address()))
                .map(Self::view)
                .filter(view -> view.viewer().equals(node.id()));
    }

    /** Where it would have to be forgotten. */
    List<NodeAddress> whoKnows(Leaver leaver) {
        return cluster.entrySet().stream()
                .filter(entry -> !entry.getValue().viewer().equals(leaver.node().id()))
                .filter(entry -> entry.getValue().nodes().stream()
                        .anyMatch(node -> node.id().equals(leaver.node().id())))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** What is still to be seen of them; nothing once they are gone. */
    List<String> remains() {
        List<String> remains = new ArrayList<>();
        known().forEach(leaver -> {
            whoKnows(leaver)
                    .forEach(address -> remains.add(
                            address + " still knows " + leaver.node().id()));
            leaver.bearer().ifPresent(view -> remains.add(leaver.node().address() + " still bears " + view.viewer()));
        });
        // A MEET that was on its way ends by itself, in a node or in nothing.
        Set<NodeAddress> own = nodes.stream().map(Member::address).collect(Collectors.toSet());
        members().forEach(view -> view.nodes().stream()
                .filter(node -> node.flags().contains(Flag.HANDSHAKE) && own.contains(node.address()))
                .forEach(node -> remains.add(view.self().address() + " shakes hands with " + node.address())));
        return remains;
    }

    /** Nodes that are no members any more and do not stand alone and empty, each as a line for a person. */
    List<String> passedOver() {
        List<String> lines = new ArrayList<>();
        for (Member node : nodes) {
            Self self = selves.answers().get(node.address());
            if (self == null) {
                lines.add(node + " is no member any more, and was not seen empty: "
                        + selves.failures().get(node.address()).getMessage());
            } else if (self.view().nodes().size() > 1) {
                lines.add(node.address() + " serves a cluster under the node ID "
                        + self.view().viewer() + " by now; it was left alone");
            } else if (self.keys() > 0) {
                lines.add(node.address() + " stands alone and holds " + self.keys() + " keys");
            }
        }
        return lines;
    }
}
