package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What must be so before a batch begins or goes on. Every node answers, all agree and each is ok; nobody else changed the
 * cluster; no slot is open but those of this batch. A batch that is under way does not wait for dead nodes that own no slot:
 * slots that stand open are finished first.
 *
 * <p>While a shard fails over, it waits for the new master, and opens there at once what was open on the one before.
 */
final class Gate {
    /** The first look again comes soon: after the batch before, the nodes are of one mind within milliseconds. */
    private static final long FIRST_POLL_MILLIS = 5;

    private static final long LONGEST_POLL_MILLIS = 100;

    private final ClusterReader reader;
    private final BatchOrder order;
    private final Lifeline lifeline;
    private final Optional<Course> course;
    private final Reopening reopening;
    private final Strays strays;

    Gate(ClusterReader reader, BatchOrder order, Lifeline lifeline, Optional<Course> course) {
        this.reader = reader;
        this.order = order;
        this.lifeline = lifeline;
        this.course = course;
        this.reopening = new Reopening(reader.nodes(), order, lifeline);
        this.strays = new Strays(reader.nodes(), order, lifeline);
    }

    /**
     * The cluster as it is, and what is left of each lane.
     *
     * @param silent dead nodes without slots that were left out
     */
    record Passed(Agreed cluster, List<LaneTask> tasks, Map<NodeAddress, NodeFailure> silent) {}

    /**
     * Passes as soon as everything is so: after the batch before, the last nodes learn of it by gossip.
     *
     * @param within how long to wait for what settles by itself
     * @throws Halted with what is in the way
     * @throws NodeFailure where no node answers
     */
    Passed pass(Duration within) {
        long end = System.nanoTime() + within.toNanos();
        for (long poll = FIRST_POLL_MILLIS; ; poll = Math.min(LONGEST_POLL_MILLIS, 2 * poll)) {
            try {
                Sweep sweep = reader.sweep(access());
                try {
                    return pass(sweep);
                } catch (Halted e) {
                    giveUpOrGoOn(e, e.halt().kind().proceeds() == FailureKind.Proceeds.RETRY, end);
                    reopening.on(sweep.views());
                    strays.on(sweep.views());
                }
            } catch (NodeFailure e) {
                giveUpOrGoOn(e, e instanceof NodeFailure.Unreachable, end);
            }
            LockSupport.parkNanos(poll * 1_000_000);
        }
    }

    private void giveUpOrGoOn(RuntimeException why, boolean passing, long end) {
        if (!passing || System.nanoTime() >= end || lifeline.stopRequested()) {
            throw why;
        }
    }

    /** Any of the batch's nodes is as good as a seed, and a seed may be the one that died. */
    private ClusterAccess access() {
        Stream<NodeAddress> members = order.moves().stream()
                .flatMap(move -> Stream.concat(move.target().stream(), move.source().stream()))
                .map(Member::address);
        return new ClusterAccess(
                Stream.concat(order.access().seeds().stream(), members)
                        .distinct()
                        .toList(),
                order.access().credentials());
    }

    /**
     * The same for a look that was taken just now.
     *
     * @throws Halted with what is in the way
     */
    Passed pass(Sweep sweep) {
        Set<NodeAddress> silent = sweep.failures().keySet();
        Set<NodeId> dead = dead(sweep);
        boolean underWay = underWay(sweep.views());
        if (!dead.isEmpty() && !(underWay && dead.stream().allMatch(id -> isGone(id, sweep.views())))) {
            throw silent(sweep, dead);
        }
        refuseDeadTargets(dead, sweep);
        Agreed without = ClusterReader.agreedWhileSlotsMove(new Sweep(
                sweep.views().stream().map(view -> without(dead, view)).toList(), Map.of()));
        Agreed agreed = new Agreed(without.cluster(), sweep.views());
        if (underWay) {
            refuseTargetsWithUnlinkedReplicas(agreed, dead);
        }
        List<LaneTask> tasks = new BatchSurvey(agreed, silent).tasks(order);
        refuseSourcesWhoseEpochIsShared(tasks, sweep.views());
        refuseTargetsThatDoNotKnowTheSourcesEpoch(tasks, sweep.views());
        course.ifPresent(plan -> plan.require(order, agreed));
        return new Passed(agreed, tasks, sweep.failures());
    }

    private static Set<NodeId> dead(Sweep sweep) {
        return sweep.views().stream()
                .flatMap(view -> view.nodes().stream())
                .filter(node -> sweep.failures().containsKey(node.address()))
                .map(KnownNode::id)
                .collect(Collectors.toSet());
    }

    /** Whether a slot of this batch is open, or has moved. */
    boolean underWay(List<NodeView> views) {
        return new BatchesBegun(views).isBegun(order);
    }

    /** How far batches are now; where no node answers, none has begun. */
    BatchesBegun begun() {
        try {
            return new BatchesBegun(reader.sweep(access()).views());
        } catch (NodeFailure e) {
            return new BatchesBegun(List.of());
        }
    }

    /** Whether everybody holds this node for dead, and nobody holds it for the owner of a slot. */
    private static boolean isGone(NodeId id, List<NodeView> views) {
        return views.stream()
                .flatMap(view -> view.nodes().stream())
                .filter(node -> node.id().equals(id))
                .allMatch(node -> node.slots().isEmpty()
                        && (node.flags().contains(Flag.FAIL) || node.flags().contains(Flag.PFAIL)));
    }

    /**
     * A master of Valkey that died while it imported slots, and was replaced, must be back as a replica before these slots
     * leave their source. If it comes back later, and hears from the source before it hears from its successor, it takes
     * them for its own under a new epoch, with all slots that it had, and its successor deletes their keys (seen on 9.1).
     */
    private void refuseDeadTargets(Set<NodeId> dead, Sweep sweep) {
        for (BatchOrder.Move move : order.moves()) {
            Optional<Member> lost = move.target().stream()
                    .filter(member -> dead.contains(member.id()))
                    .findFirst();
            if (lost.isPresent() && isValkey(move.target())) {
                throw new Halted(
                        FailureKind.NODE_UNREACHABLE,
                        lost.get() + " died while it took over slots, and does not answer.",
                        sweep.failures().values().stream()
                                .map(NodeFailure::getMessage)
                                .toList(),
                        "start it again, so that it becomes a replica before slots move on; or take it out (CLUSTER FORGET "
                                + lost.get().id()
                                + " on every node within a minute), and keep it out; then slotferry retry");
            }
        }
    }

    /**
     * Valkey tells a slot's state to replicas by the replication stream alone: one that came back in mid-slot, and is not
     * linked yet when the slot is taken, would hold it open for ever (seen on 9.1).
     */
    private void refuseTargetsWithUnlinkedReplicas(Agreed agreed, Set<NodeId> dead) {
        for (BatchOrder.Move move : order.moves()) {
            for (Shard shard : agreed.cluster().shardsOf(move.target())) {
                List<NodeAddress> replicas = shard.replicas().stream()
                        .filter(replica -> !dead.contains(replica.id()))
                        .map(Member::address)
                        .toList();
                List<String> unlinked = new ArrayList<>();
                reader.ask(replicas, Node::info).answers().forEach((address, info) -> {
                    if (info.engine().equals("valkey") && !info.replication().inSync()) {
                        unlinked.add(address + " is not linked to its master (master_link_status)");
                    }
                });
                if (!unlinked.isEmpty()) {
                    throw new Halted(
                            FailureKind.NOT_HEALTHY,
                            "A replica of " + shard.master() + ", which takes over slots, is not linked.",
                            unlinked,
                            "see the replica's log; it goes on by itself once it is linked, later by slotferry retry");
                }
            }
        }
    }

    /**
     * Masters that share a config epoch are told apart by one of them taking a higher one, within seconds. A source that does
     * so while its target takes a slot would win it back ({@link TakenSlots}).
     */
    private static void refuseSourcesWhoseEpochIsShared(List<LaneTask> tasks, List<NodeView> views) {
        Map<Long, List<KnownNode>> byEpoch = views.stream()
                .map(NodeView::self)
                .filter(node -> node.role() == Role.MASTER)
                .collect(Collectors.groupingBy(KnownNode::configEpoch));
        Set<NodeId> sources = tasks.stream().map(task -> task.source().id()).collect(Collectors.toSet());
        List<String> evidence = byEpoch.entrySet().stream()
                .filter(shared -> shared.getValue().size() > 1
                        && shared.getValue().stream().anyMatch(master -> sources.contains(master.id())))
                .map(shared -> "config epoch " + shared.getKey() + ": "
                        + shared.getValue().stream()
                                .map(master -> master.address().toString())
                                .collect(Collectors.joining(", ")))
                .toList();
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.VIEWS_DISAGREE,
                    "A source has the same config epoch as another master.",
                    evidence,
                    "wait until the nodes have told themselves apart (it is tried again by itself); if they do not, CLUSTER"
                            + " BUMPEPOCH on the source, then slotferry retry");
        }
    }

    /**
     * A target takes a slot under an epoch above all that it has heard of. Where its source has a higher one, of which the
     * nodes tell each other within a second or two, the source would win the slot back ({@link TakenSlots}).
     */
    private static void refuseTargetsThatDoNotKnowTheSourcesEpoch(List<LaneTask> tasks, List<NodeView> views) {
        Map<NodeId, NodeView> byViewer =
                views.stream().collect(Collectors.toMap(NodeView::viewer, Function.identity()));
        List<String> evidence = new ArrayList<>();
        for (LaneTask task : tasks) {
            NodeView source = byViewer.get(task.source().id());
            NodeView target = byViewer.get(task.target().id());
            if (source == null || target == null) {
                continue;
            }
            target.nodes().stream()
                    .filter(node -> node.id().equals(source.viewer())
                            && node.configEpoch() < source.self().configEpoch())
                    .forEach(node -> evidence.add(
                            task.target() + " knows of config epoch " + node.configEpoch() + " of " + task.source()
                                    + ", which has " + source.self().configEpoch()));
        }
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.VIEWS_DISAGREE,
                    "A target has not heard of its source's config epoch.",
                    evidence,
                    "wait until the nodes have told each other (it is tried again by itself); if they do not, see whether the"
                            + " bus port of each is open to the other, then slotferry retry");
        }
    }

    private boolean isValkey(List<Member> shard) {
        return reader.ask(shard.stream().map(Member::address).toList(), node -> node.info()
                        .engine())
                .answers()
                .containsValue("valkey");
    }

    private static NodeView without(Set<NodeId> dead, NodeView view) {
        return new NodeView(
                view.viewer(),
                view.stateOk(),
                view.currentEpoch(),
                view.nodes().stream().filter(node -> !dead.contains(node.id())).toList(),
                view.migrating(),
                view.importing());
    }

    private static Halted silent(Sweep sweep, Set<NodeId> dead) {
        List<String> evidence = new ArrayList<>();
        sweep.failures().values().forEach(failure -> evidence.add(failure.getMessage()));
        for (NodeId id : dead) {
            long failing = sweep.views().stream()
                    .filter(view -> view.nodes().stream()
                            .anyMatch(node -> node.id().equals(id)
                                    && (node.flags().contains(Flag.FAIL)
                                            || node.flags().contains(Flag.PFAIL))))
                    .count();
            evidence.add(failing + " of " + sweep.views().size() + " nodes see " + id.brief() + " failing");
        }
        NodeFailure first = sweep.failures().values().iterator().next();
        return new Halted(
                FailureKind.NODE_UNREACHABLE,
                first.getMessage(),
                evidence,
                "start " + first.address()
                        + " again with its data; it goes on by itself for some minutes, later by slotferry" + " retry");
    }
}
