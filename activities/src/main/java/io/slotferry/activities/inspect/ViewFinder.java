package io.slotferry.activities.inspect;

import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.DownLink;
import io.slotferry.planning.ClusterViews.FailingNode;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.ViewAgreement.Disagreed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What nodes see differently, and whom they do not hear. */
final class ViewFinder {
    private final Survey survey;
    private final Shell shell;
    private final List<NodeView> views;

    ViewFinder(Survey survey, Shell shell) {
        this.survey = survey;
        this.shell = shell;
        this.views = survey.nodes();
    }

    /** The findings; differences that others explain are evidence for those, yet are shown. */
    List<Finding> find(boolean explained) {
        List<Finding> findings = new ArrayList<>();
        equalEpochs().ifPresent(findings::add);
        differences(explained).ifPresent(findings::add);
        downLinks().ifPresent(findings::add);
        failing().ifPresent(findings::add);
        notOk(explained).ifPresent(findings::add);
        return findings;
    }

    private Optional<Finding> differences(boolean explained) {
        if (!(ClusterViews.compare(views) instanceof Disagreed disagreed)) {
            return Optional.empty();
        }
        return Optional.of(Finding.of(
                FindingKind.VIEWS_DIFFER,
                "The nodes do not see the same cluster",
                disagreed.differences(),
                "Clients are sent to where the node that they ask sees a slot. Nodes tell each other by gossip, within seconds;"
                        + " what lasts is caused by an open slot, by a node that was forgotten by some, or by a bus that is"
                        + " not open between all nodes.",
                explained
                        ? "Mend what is named above; this follows from it, or ends with it."
                        : "Wait ten seconds and run slotferry inspect again. If it lasts, see that every node reaches every"
                                + " other on its cluster bus port."));
    }

    private Optional<Finding> equalEpochs() {
        Map<Long, List<NodeId>> byEpoch = new TreeMap<>();
        survey.masters().stream()
                .map(NodeView::self)
                .filter(node -> !node.slots().isEmpty() && node.configEpoch() != 0)
                .forEach(node -> byEpoch.computeIfAbsent(node.configEpoch(), e -> new ArrayList<>())
                        .add(node.id()));
        List<String> seen = new ArrayList<>();
        List<String> commands = new ArrayList<>();
        byEpoch.forEach((epoch, nodes) -> {
            if (nodes.size() > 1) {
                seen.add(survey.names(nodes) + " have config epoch " + epoch + ".");
                nodes.subList(1, nodes.size())
                        .forEach(node -> commands.addAll(shell.command(node, "cluster", "bumpepoch")));
            }
        });
        return seen.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                                FindingKind.EQUAL_EPOCHS,
                                "Owners of slots have the same config epoch",
                                seen,
                                "If both claimed a slot, nodes could not tell whose it is. Masters settle this by themselves"
                                        + " in a moment, as long as they hear each other.",
                                "Wait ten seconds; if it lasts, give each an epoch of its own.")
                        .mendedBy(commands));
    }

    private Optional<Finding> downLinks() {
        List<DownLink> down = ClusterViews.downLinks(views).stream()
                .filter(link -> survey.answered(link.node().id()))
                .toList();
        List<String> seen = down.stream()
                .limit(ClusterViews.MAX_DIFFERENCES)
                .map(link -> named(link.viewer()) + " has no bus link to " + named(link.node()) + ".")
                .toList();
        return down.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        Finding.of(
                                FindingKind.LINK_DOWN,
                                Printed.capital(Printed.count(down.size(), "link")) + " of the cluster bus "
                                        + (down.size() == 1 ? "is" : "are") + " down",
                                seen,
                                "Both nodes answer here, yet one does not reach the other on its bus port (the client port + 10,000"
                                        + " unless cluster-port says otherwise), or it has just come back.",
                                "See the firewall between the two hosts for that port, and the addresses that the nodes announce."));
    }

    private Optional<Finding> failing() {
        List<FailingNode> failing = ClusterViews.failing(views).stream()
                .filter(found -> survey.answered(found.node().id()))
                .toList();
        return failing.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                        FindingKind.NODE_SEEN_FAILING,
                        "Nodes that answer here are flagged as failing",
                        failing.stream()
                                .map(found -> named(found.node()) + " is flagged " + found.flag() + " by "
                                        + Printed.count(found.seenBy().size(), "node") + ".")
                                .toList(),
                        "Others do not hear it in time over the cluster bus: it is overloaded, blocked by a slow command, or cut"
                                + " off; or it has just come back.",
                        "Wait for cluster-node-timeout; if it lasts, see its log, its SLOWLOG, and its bus port."));
    }

    private Optional<Finding> notOk(boolean explained) {
        List<NodeId> down = views.stream()
                .filter(view -> !view.stateOk())
                .map(NodeView::viewer)
                .toList();
        return down.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                        FindingKind.STATE_NOT_OK,
                        Printed.capital(Printed.count(down.size(), "node")) + " " + (down.size() == 1 ? "does" : "do")
                                + " not say cluster_state:ok",
                        List.of(survey.names(down) + "."),
                        "They refuse clients with CLUSTERDOWN: a slot has no owner that serves, or they see no majority of the"
                                + " masters.",
                        explained
                                ? "Mend what is named above; they turn ok by themselves."
                                : "Wait ten seconds and run slotferry inspect again: a node that has just joined or come back"
                                        + " waits a moment."));
    }

    private String named(Member member) {
        return survey.name(member.id());
    }
}
