package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.Attachment;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlanProgress;
import io.slotferry.planning.ReversePlan;
import io.slotferry.planning.Settling;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.ReturnPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Plans the way back from the owners and the open slots of now. The direction changes here, so the fence comes first: nothing
 * that an attempt on the way there has sent may run after the look.
 */
final class ReturnPlanner {
    private static final String BY_HAND = "; or slotferry stop-here, and bring the cluster home by hand";

    private final ClusterReader reader;
    private final Lifeline lifeline;

    ReturnPlanner(ClusterReader reader, Lifeline lifeline) {
        this.reader = reader;
        this.lifeline = lifeline;
    }

    /**
     * The way back.
     *
     * @throws Halted of kind FOREIGN_OPEN_SLOT, FOREIGN_MIGRATION or CLUSTER_CHANGED where somebody else opened or moved
     *     slots, unless no more is asked for than the end of what is open
     */
    ReturnPlan plan(ReturnOrder order) {
        Agreed before = reader.agreedWhileSlotsMove(order.access());
        try (ChangeSession fence = ChangeSession.open(reader.nodes(), lifeline, masters(before))) {
            new LeftJobs(order.plan(), fence).cancel(order.openOnly());
            return plan(order, reader.agreedWhileSlotsMove(order.access()));
        }
    }

    private static List<NodeAddress> masters(Agreed agreed) {
        return agreed.cluster().shards().stream()
                .map(Shard::master)
                .map(Member::address)
                .toList();
    }

    private static ReturnPlan plan(ReturnOrder order, Agreed now) {
        Plan plan = order.plan();
        Map<NodeId, SlotRanges> owners = now.cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .collect(Collectors.toMap(shard -> shard.master().id(), Shard::slots));
        Settling settling = Settling.of(plan, owners, ClusterViews.openSlots(now.views()));
        if (order.openOnly()) {
            return new ReturnPlan(settling.batches(), List.of(), attached(plan, now.cluster()));
        }
        refuseForeign(settling.foreign());
        Map<NodeId, SlotRanges> settled = settling.ownersAfter(plan, owners);
        refuseForeign(PlanProgress.of(plan, settled));
        return new ReturnPlan(
                settling.batches(),
                ReversePlan.of(plan, settled, order.slotsPerBatch()),
                attached(plan, now.cluster()));
    }

    private static void refuseForeign(List<OpenSlots> foreign) {
        if (!foreign.isEmpty()) {
            throw new Halted(
                    FailureKind.FOREIGN_OPEN_SLOT,
                    "Slots are open that this run did not open; nothing was returned over them.",
                    foreign.stream()
                            .limit(ClusterViews.MAX_DIFFERENCES)
                            .map(held -> held.node() + " has " + held.slots() + " "
                                    + held.direction().name().toLowerCase(Locale.ROOT) + ", peer "
                                    + held.peer().brief())
                            .toList(),
                    "find out who opened them and let that finish, or close them by hand; then slotferry retry"
                            + BY_HAND);
        }
    }

    private static void refuseForeign(PlanProgress progress) {
        List<String> evidence = new ArrayList<>();
        if (!progress.unowned().isEmpty()) {
            evidence.add("slots " + progress.unowned() + " have no owner");
        }
        progress.foreign()
                .forEach(foreign -> evidence.add("slots " + foreign.slots() + " belong to " + foreign.owner()
                        + ", where the plan never put them"));
        if (!evidence.isEmpty()) {
            throw new Halted(
                    FailureKind.CLUSTER_CHANGED,
                    "Slots are neither where they were before the run nor where it took them; none was returned.",
                    evidence.subList(0, Math.min(evidence.size(), ClusterViews.MAX_DIFFERENCES)),
                    "find out who moved them and bring them back, then slotferry retry" + BY_HAND);
        }
    }

    /** A new replica may stand for its shard once it follows it; one that joined and follows nobody yet is a shard alone. */
    private static List<NodeId> attached(Plan plan, Cluster now) {
        return plan.attachments().stream()
                .filter(attachment -> isAttached(plan, attachment, now))
                .map(attachment -> attachment.replica().id())
                .toList();
    }

    private static boolean isAttached(Plan plan, Attachment attachment, Cluster now) {
        List<Member> planned = plan.shards().get(attachment.shard()).members().toList();
        return now.shardsOf(List.of(attachment.replica())).stream()
                .anyMatch(shard ->
                        !shard.slots().isEmpty() || now.shardsOf(planned).contains(shard));
    }
}
