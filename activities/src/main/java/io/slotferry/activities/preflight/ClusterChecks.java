package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Node.NamedClient;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.ViewAgreement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Checks of the cluster as a whole. */
final class ClusterChecks {
    private final List<NodeView> views;
    private final Answers answers;
    private final ViewAgreement agreement;

    ClusterChecks(List<NodeView> views, Answers answers) {
        this.views = views;
        this.answers = answers;
        this.agreement = ClusterViews.compare(views);
    }

    ViewAgreement agreement() {
        return agreement;
    }

    void oneView() {
        List<String> differences = new ArrayList<>();
        if (agreement instanceof ViewAgreement.Disagreed disagreed) {
            differences.addAll(disagreed.differences());
        }
        ClusterViews.downLinks(views)
                .forEach(link -> differences.add(link.viewer() + " has no bus link to " + link.node()));
        answers.failEach(
                CheckName.ONE_VIEW,
                Preflight.bounded(differences),
                views.size() + " nodes see the same cluster",
                "wait until the nodes agree; if they do not, compare CLUSTER NODES of the nodes named");
    }

    void coverage() {
        List<String> gaps = new ArrayList<>();
        ClusterViews.uncovered(views).forEach(gap -> gaps.add(gap.viewer() + " sees no owner of slots " + gap.slots()));
        ClusterViews.notOk(views).forEach(node -> gaps.add(node + " does not say cluster_state:ok"));
        answers.failEach(
                CheckName.COVERAGE,
                Preflight.bounded(gaps),
                "all 16,384 slots have an owner on every node",
                "give the slots an owner again (bring the failed master back, or see redis-cli --cluster check)");
    }

    void openSlots() {
        List<String> open = ClusterViews.openSlots(views).stream()
                .map(held -> held.node() + " has slots " + held.slots()
                        + (held.direction() == Direction.MIGRATING ? " migrating to " : " importing from ")
                        + held.peerAddress()
                                .map(Object::toString)
                                .orElse(held.peer().brief()))
                .toList();
        answers.failEach(
                CheckName.NO_OPEN_SLOT,
                Preflight.bounded(open),
                "no slot is importing or migrating on any node",
                "let the migration that opened them finish, or finish it by hand, before you expand");
    }

    void failingNodes() {
        List<String> failing = ClusterViews.failing(views).stream()
                .map(found -> found.node() + " is flagged " + found.flag() + " by "
                        + found.seenBy().size() + " nodes")
                .toList();
        answers.failEach(
                CheckName.NO_FAILING_NODE,
                Preflight.bounded(failing),
                "no node is flagged as failing",
                "bring the node back, or CLUSTER FORGET it on every node if it is gone for good");
    }

    void jobs(ClusterReader reader) {
        Asked<MigrationJobs> asked = reader.ask(
                views.stream().map(NodeView::self).map(KnownNode::address).toList(), Node::migrationJobs);
        List<String> jobs = new ArrayList<>();
        asked.answers()
                .forEach((address, found) -> found.running().forEach(job -> jobs.add(address + ": " + job.text())));
        answers.failEach(
                CheckName.NO_MIGRATION_JOB,
                Preflight.bounded(jobs),
                "no atomic slot migration is running",
                "let it finish, or cancel it on the node, before you expand");
        asked.failures()
                .forEach((address, failure) -> answers.fail(
                        CheckName.NO_MIGRATION_JOB,
                        Optional.of(address),
                        failure.getMessage(),
                        failure.halt().next()));
    }

    /** Another slotferry at work right now, on whatever Temporal server: no lease holds it off. */
    void otherSlotferries(ClusterReader reader, Predicate<ConnectionName> stranger) {
        Asked<List<NamedClient>> asked = reader.ask(
                views.stream().map(NodeView::self).map(KnownNode::address).toList(), Node::slotferryClients);
        List<String> others = new ArrayList<>();
        asked.answers().forEach((address, clients) -> clients.stream()
                .filter(client -> ConnectionName.parse(client.name())
                        .filter(stranger.negate())
                        .isEmpty())
                .forEach(client -> others.add(
                        "CLIENT LIST of " + address + " shows id=" + client.id() + " name=" + client.name())));
        answers.failEach(
                CheckName.NO_OTHER_SLOTFERRY,
                Preflight.bounded(others),
                "no other slotferry is connected to any node",
                "find the run whose ID stands in the name, perhaps on another Temporal server, and let it end");
        asked.failures()
                .forEach((address, failure) -> answers.fail(
                        CheckName.NO_OTHER_SLOTFERRY,
                        Optional.of(address),
                        failure.getMessage(),
                        failure.halt().next()));
    }
}
