package io.slotferry.activities.inspect;

import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Nodes that do not answer, and nodes that not all others know. */
final class MemberFinder {
    private final Survey survey;
    private final Shell shell;

    MemberFinder(Survey survey, Shell shell) {
        this.survey = survey;
        this.shell = shell;
    }

    List<Finding> find() {
        List<Finding> findings = new ArrayList<>();
        for (NodeId absent : survey.absent()) {
            findings.add(ownedBy(absent).isEmpty() ? ghost(absent) : awayWithSlots(absent));
        }
        survey.nodes().forEach(view -> unknownToSome(view).ifPresent(findings::add));
        return findings;
    }

    /** The slots that others see at a node. */
    private SlotRanges ownedBy(NodeId node) {
        return SlotRanges.union(survey.knowing(node).stream()
                        .flatMap(viewer -> survey.seen(viewer, node).stream())
                        .map(KnownNode::slots))
                .minus(survey.owned());
    }

    /** What did not answer at the node's address, in the words of the failure; empty where another node did. */
    private String failure(NodeId node) {
        Optional<NodeAddress> address = survey.address(node);
        if (address.isEmpty()) {
            return "No node knows an address of it.";
        }
        return Optional.ofNullable(survey.failures().get(address.get()))
                .map(failure -> failure.getMessage() + ".")
                .orElseGet(() -> "Another node answers at " + address.get() + ": it was reset or replaced.");
    }

    private Finding awayWithSlots(NodeId node) {
        SlotRanges slots = ownedBy(node);
        List<String> seen = new ArrayList<>(List.of(
                failure(node),
                "It owns " + Printed.slots(slots) + " as " + survey.names(survey.knowing(node)) + " see it."));
        List<NodeId> replicas =
                survey.replicasOf(node).stream().map(NodeView::viewer).toList();
        seen.add(replicas.isEmpty() ? "No replica of it answers." : "Its replicas: " + survey.names(replicas) + ".");
        return Finding.of(
                FindingKind.NODE_AWAY_WITH_SLOTS,
                survey.name(node) + " owns " + Printed.count(slots.size(), "slot") + " and does not answer",
                seen,
                "Its slots are not served"
                        + (replicas.isEmpty()
                                ? ", and their keys are in its memory or its files alone. Giving the slots to another node would"
                                        + " make them empty for good, so no command is safe."
                                : ". Its replica takes over once a majority of the masters sees it failing, if it was linked"
                                        + " recently enough. By CLUSTER FAILOVER TAKEOVER on the replica you can do without the"
                                        + " majority, and lose what it had not received; only where the master will not return."),
                "See whether its process runs and can be reached from here and from the other nodes, and start it with its"
                        + " own nodes.conf and data.");
    }

    private Finding ghost(NodeId node) {
        List<NodeId> knowing = survey.knowing(node);
        List<String> seen = new ArrayList<>(List.of(
                failure(node),
                "It owns no slot. " + Printed.capital(Printed.count(knowing.size(), "node")) + " of "
                        + survey.views().size() + " know it: " + survey.names(knowing) + "."));
        List<NodeId> followers =
                survey.replicasOf(node).stream().map(NodeView::viewer).toList();
        if (!followers.isEmpty()) {
            seen.add(survey.names(followers) + " follows it.");
        }
        Finding finding = Finding.of(
                FindingKind.GHOST_NODE,
                survey.name(node) + " is known and does not answer",
                seen,
                "Either a node that is down for now, or one that left and was not forgotten by all: whoever still knows it tells"
                        + " the others of it again.",
                "If it is to return, start it, and type nothing. If it is gone for good, have every node forget it within 60 s"
                        + " (\"Unknown node\" as an answer is fine)."
                        + (followers.isEmpty() ? "" : " First give its replicas another master (CLUSTER REPLICATE)."));
        if (!followers.isEmpty()) {
            return finding;
        }
        List<String> commands = new ArrayList<>();
        survey.nodes()
                .forEach(view -> commands.addAll(shell.command(view.viewer(), "cluster", "forget", node.value())));
        return finding.mendedBy(commands);
    }

    /** A node that answers, and that some others do not know. */
    private Optional<Finding> unknownToSome(NodeView view) {
        NodeId node = view.viewer();
        List<NodeId> knowing = survey.knowing(node);
        List<NodeId> strangers = survey.nodes().stream()
                .map(NodeView::viewer)
                .filter(id -> !id.equals(node) && !knowing.contains(id))
                .toList();
        if (strangers.isEmpty()) {
            return Optional.empty();
        }
        boolean most = knowing.size() >= strangers.size();
        boolean met = strangers.stream()
                .anyMatch(id -> isMeeting(id, survey.addresses().get(node)));
        Finding finding = Finding.of(
                FindingKind.NODE_UNKNOWN_TO_SOME,
                survey.name(node) + " is not known to all",
                List.of(
                        survey.names(strangers) + " does not know it"
                                + (met ? ", but has a handshake with its address under way." : "."),
                        survey.names(knowing) + " knows it."),
                "It was introduced a moment ago, or somebody had only some nodes forget it. A node that was told to forget"
                        + " another one does not listen to gossip of it for 60 s.",
                most
                        ? "Wait a minute: gossip mends it as a rule. If it does not, introduce them."
                        : "Find out whether it belongs to this cluster. If so, introduce it (CLUSTER MEET); else have those who"
                                + " know it forget it.");
        if (!most) {
            return Optional.of(finding);
        }
        List<String> commands = new ArrayList<>();
        strangers.forEach(stranger -> commands.addAll(meet(stranger, view)));
        return Optional.of(finding.mendedBy(commands));
    }

    private boolean isMeeting(NodeId viewer, NodeAddress address) {
        return survey.views().get(viewer).nodes().stream()
                .anyMatch(node ->
                        node.flags().contains(Flag.HANDSHAKE) && node.address().equals(address));
    }

    private List<String> meet(NodeId stranger, NodeView node) {
        KnownNode self = node.self();
        NodeAddress address = survey.addresses().get(node.viewer());
        return shell.command(
                stranger,
                "cluster",
                "meet",
                address.host(),
                String.valueOf(address.port()),
                String.valueOf(self.busPort() == 0 ? address.port() + 10_000 : self.busPort()));
    }
}
