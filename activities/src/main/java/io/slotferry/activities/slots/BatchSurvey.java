package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;

/** Compares an order with the cluster as it is: what is left to do, or why none of it may be done. */
final class BatchSurvey {
    private final Agreed cluster;
    private final List<OpenSlots> open;

    BatchSurvey(Agreed cluster) {
        this.cluster = cluster;
        this.open = ClusterViews.openSlots(cluster.views());
    }

    /**
     * What is left of each lane, by the current masters.
     *
     * @throws Halted of kind CLUSTER_CHANGED or FOREIGN_OPEN_SLOT
     */
    List<LaneTask> tasks(BatchOrder order) {
        List<LaneTask> tasks = order.moves().stream().map(this::task).toList();
        refuseForeignOpenSlots(tasks);
        return tasks;
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
        LaneTask task = new LaneTask(source, target, pending, SlotRanges.none());
        SlotRanges held =
                open.stream().filter(task::opens).map(OpenSlots::slots).reduce(SlotRanges.none(), SlotRanges::plus);
        return new LaneTask(source, target, pending, settled.intersect(held));
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
                        + held.direction().name().toLowerCase(java.util.Locale.ROOT) + ", peer "
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
        throw new Halted(
                FailureKind.CLUSTER_CHANGED,
                found.isEmpty()
                        ? "The shard of " + members.get(0) + " is not in the cluster any more."
                        : "The members of the shard of " + members.get(0) + " belong to " + found.size()
                                + " shards now.",
                found.stream()
                        .map(shard -> "master " + shard.master() + " owns " + shard.slots())
                        .toList(),
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
                "find out who moved them; slotferry cancel, and plan anew on the cluster as it is now");
    }
}
