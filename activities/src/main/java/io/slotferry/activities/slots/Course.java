package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.Attachment;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlanProgress;
import io.slotferry.planning.PlanProgress.State;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The plan that a batch belongs to: with it the gate sees what became of all slots and members, not of the batch's alone.
 *
 * @param resumed whether the run took another one over: then later batches may have been begun, in whatever order
 */
public record Course(Plan plan, boolean resumed) {
    private static final int MOST_EVIDENCE = 20;

    /**
     * Makes sure that nobody else moved slots, or added or took away nodes. Slots that only come to their end are not held
     * back by that.
     *
     * @throws Halted of kind CLUSTER_CHANGED with all that is otherwise than this run left it
     */
    void require(BatchOrder order, Agreed agreed) {
        if (order.way() == Way.SETTLE) {
            return;
        }
        List<String> evidence = new ArrayList<>();
        members(agreed, evidence);
        PlanProgress progress = progress(agreed);
        owners(progress, agreed, evidence);
        if (order.way() == Way.THERE) {
            batches(order.number(), progress, agreed, evidence);
        }
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.CLUSTER_CHANGED,
                    "Somebody else changed the cluster; nothing was overwritten.",
                    evidence.subList(0, Math.min(evidence.size(), MOST_EVIDENCE)),
                    "find out who did it, and put it back; then slotferry retry. Or slotferry stop-here, and plan anew on"
                            + " the cluster as it is now");
        }
    }

    private Stream<Member> memberOf(int shard) {
        return Stream.concat(
                plan.shards().get(shard).members(),
                plan.attachments().stream()
                        .filter(attachment -> attachment.shard() == shard)
                        .map(Attachment::replica));
    }

    private void members(Agreed agreed, List<String> evidence) {
        Map<NodeId, String> known = new HashMap<>();
        agreed.views().forEach(view -> view.nodes()
                .forEach(node -> known.putIfAbsent(
                        node.id(), node.address() + " (" + node.id().brief() + ")")));
        Set<NodeId> planned = new HashSet<>();
        for (int shard = 0; shard < plan.shards().size(); shard++) {
            memberOf(shard).map(Member::id).forEach(planned::add);
        }
        new TreeSet<>(known.keySet())
                .stream()
                        .filter(id -> !planned.contains(id))
                        .forEach(id ->
                                evidence.add(known.get(id) + " was added: it was no member when the plan was made"));
        plan.shards().stream()
                .flatMap(shard -> shard.members())
                .filter(member -> !known.containsKey(member.id()))
                .forEach(member -> evidence.add(member + " is not a member any more"));
    }

    private PlanProgress progress(Agreed agreed) {
        Map<NodeId, SlotRanges> owners = agreed.cluster().shards().stream()
                .collect(Collectors.toMap(shard -> shard.master().id(), Shard::slots));
        return PlanProgress.of(plan, owners);
    }

    private static void owners(PlanProgress progress, Agreed agreed, List<String> evidence) {
        Map<NodeId, Member> masters = agreed.cluster().shards().stream()
                .map(Shard::master)
                .collect(Collectors.toMap(Member::id, master -> master));
        progress.foreign()
                .forEach(foreign -> evidence.add("slots " + foreign.slots() + " belong to "
                        + masters.get(foreign.owner()) + ", where this run never puts them"));
        if (!progress.unowned().isEmpty()) {
            evidence.add("slots " + progress.unowned() + " have no owner");
        }
    }

    private void batches(int number, PlanProgress progress, Agreed agreed, List<String> evidence) {
        for (int i = 0; i < plan.batches().size(); i++) {
            boolean earlier = i < number - 1;
            State expected = earlier ? State.DONE : State.NOT_MOVED;
            if (i == number - 1
                    || (i > number - 1 && resumed)
                    || progress.batches().get(i).state() == expected) {
                continue;
            }
            SlotRanges otherwise = SlotRanges.none();
            for (Lane lane : plan.batches().get(i).lanes()) {
                SlotRanges there = at(lane.target(), agreed);
                otherwise = otherwise.plus(
                        earlier ? lane.slots().minus(there) : lane.slots().intersect(there));
            }
            if (!otherwise.isEmpty()) {
                evidence.add("slots " + otherwise + " of batch " + (i + 1)
                        + (earlier
                                ? ", which this run moved, are not at their target any more"
                                : ", which this run has not begun, are at their target already"));
            }
        }
    }

    /** What the shard at this place of the plan owns now. */
    private SlotRanges at(int shard, Agreed agreed) {
        return agreed.cluster().shardsOf(memberOf(shard).toList()).stream()
                .map(Shard::slots)
                .reduce(SlotRanges.none(), SlotRanges::plus);
    }
}
