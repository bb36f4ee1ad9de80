package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.slots.Strays.Stray;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Compares an order with the cluster as it is: what is left to do, or why none of it may be done. */
final class BatchSurvey {
    private final Agreed cluster;
    private final Set<NodeAddress> silent;
    private final List<OpenSlots> open;

    /**
     * A survey.
     *
     * @param silent nodes without slots that do not answer, and that the cluster was agreed on without
     */
    BatchSurvey(Agreed cluster, Set<NodeAddress> silent) {
        this.cluster = cluster;
        this.silent = silent;
        Set<NodeId> masters = cluster.cluster().shards().stream()
                .map(shard -> shard.master().id())
                .collect(Collectors.toSet());
        // Valkey's replicas mirror what their masters have open; a master that was demoted may remember what it had.
        this.open = ClusterViews.openSlots(cluster.views()).stream()
                .filter(held -> masters.contains(held.node().id()))
                .toList();
    }

    /**
     * What is left of each lane, by the current masters.
     *
     * @throws Halted of kind CLUSTER_CHANGED or FOREIGN_OPEN_SLOT; VIEWS_DISAGREE or NODE_UNREACHABLE while a shard's new
     *     master is not yet sure of itself
     */
    List<LaneTask> tasks(BatchOrder order) {
        refuseStrays(order);
        List<LaneTask> tasks = order.moves().stream().map(this::task).toList();
        if (order.way() != Way.SETTLE) {
            refuseForeignOpenSlots(tasks);
        }
        return tasks;
    }

    private void refuseStrays(BatchOrder order) {
        List<Stray> elsewhere = Strays.of(order, cluster.views()).stream()
                .filter(Stray::followsAnother)
                .toList();
        if (elsewhere.isEmpty()) {
            return;
        }
        Stray first = elsewhere.get(0);
        throw new Halted(
                FailureKind.VIEWS_DISAGREE,
                first.address() + " came back as a replica of another shard.",
                elsewhere.stream().map(Stray::text).toList(),
                "wait until it follows its successor (it is told to, and tried again by itself). If it does not, CLUSTER"
                        + " REPLICATE " + first.successor().id() + " on it; then slotferry retry");
    }

    private LaneTask task(Move move) {
        Shard source = shardOf(move.source());
        Shard target = shardOf(move.target());
        SlotRanges pending = move.slots().intersect(source.slots());
        SlotRanges settled = move.slots().intersect(target.slots());
        SlotRanges foreign = move.slots().minus(pending).minus(settled);
        if (!foreign.isEmpty() || source.master().id().equals(target.master().id())) {
            throw changed(move, foreign);
        }
        LaneTask task = new LaneTask(move, source, target, pending, SlotRanges.none());
        SlotRanges held =
                open.stream().filter(task::opens).map(OpenSlots::slots).reduce(SlotRanges.none(), SlotRanges::plus);
        return new LaneTask(move, source, target, pending, settled.intersect(held));
    }

    /** Only this batch is at work: whatever is open, and not open as this batch opens it, is somebody else's. */
    private void refuseForeignOpenSlots(List<LaneTask> tasks) {
        List<String> evidence = new ArrayList<>();
        for (OpenSlots held : open) {
            SlotRanges ours = SlotRanges.none();
            for (LaneTask task : tasks) {
                if (task.opens(held)) {
                    ours = ours.plus(task.pending()).plus(task.unsettled());
                }
            }
            SlotRanges foreign = held.slots().minus(ours);
            if (!foreign.isEmpty()) {
                evidence.add(held.node() + " has " + foreign + " "
                        + held.direction().name().toLowerCase(Locale.ROOT) + ", peer "
                        + held.peer().brief());
            }
        }
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.FOREIGN_OPEN_SLOT,
                    "Slots are open that this batch did not open; nothing was changed.",
                    evidence,
                    "find out who opened them and let that finish, or close them by hand; then slotferry retry");
        }
    }

    private Shard shardOf(List<Member> members) {
        List<Shard> found = cluster.cluster().shardsOf(members);
        if (found.size() == 1) {
            return found.get(0);
        }
        Member first = members.get(0);
        List<Member> mute = members.stream()
                .filter(member -> silent.contains(member.address()))
                .toList();
        if (found.isEmpty() && !mute.isEmpty()) {
            throw new Halted(
                    FailureKind.NODE_UNREACHABLE,
                    "No node of the shard of " + first + " answers.",
                    mute.stream().map(member -> member + " does not answer").toList(),
                    "start " + mute.get(0).address() + " again with its data, then slotferry retry");
        }
        List<String> evidence = found.stream()
                .map(shard -> "master " + shard.master() + " owns "
                        + (shard.slots().isEmpty() ? "no slot" : shard.slots().toString()))
                .toList();
        if (found.stream().filter(shard -> !shard.slots().isEmpty()).count() == 1) {
            throw new Halted(
                    FailureKind.VIEWS_DISAGREE,
                    "The shard of " + first + " has two masters, one of them without slots.",
                    evidence,
                    "wait until the one without slots follows the other (it is told to, and tried again by itself). If it"
                            + " does not, it has keys that the other does not know of: see to them, empty it, CLUSTER"
                            + " REPLICATE on it; then slotferry retry");
        }
        throw new Halted(
                FailureKind.CLUSTER_CHANGED,
                found.isEmpty()
                        ? "The shard of " + first + " is not in the cluster any more."
                        : "The members of the shard of " + first + " belong to " + found.size() + " shards now.",
                evidence,
                "see CLUSTER NODES; put the shard back as it was, then slotferry retry; or slotferry cancel");
    }

    private Halted changed(Move move, SlotRanges foreign) {
        List<String> evidence = new ArrayList<>();
        for (Shard shard : cluster.cluster().shards()) {
            SlotRanges held = shard.slots().intersect(foreign);
            if (!held.isEmpty()) {
                evidence.add("slots " + held + " belong to " + shard.master());
            }
        }
        return new Halted(
                FailureKind.CLUSTER_CHANGED,
                "Slots of this batch belong neither to their source "
                        + move.source().get(0) + " nor to their target "
                        + move.target().get(0) + ".",
                evidence,
                "find out who moved them; put them back, then slotferry retry; or slotferry cancel, and plan anew on the"
                        + " cluster as it is now");
    }
}
