package io.slotferry.planning;

import io.slotferry.planning.PlanOutcome.Code;
import io.slotferry.planning.PlanOutcome.Impossible;
import io.slotferry.planning.PlanOutcome.NothingToDo;
import io.slotferry.planning.PlanOutcome.Planned;
import io.slotferry.planning.PlanOutcome.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Makes the plan of an expansion: even shares with the fewest slots moved, in batches, and a master for every replica.
 * The same order always gives the same plan.
 */
public final class Planner {
    private Planner() {}

    /**
     * Plans shares of all masters, old and new, that differ by one slot at most; where the order has weights, such that all
     * come to weigh the same as nearly as whole slots allow.
     *
     * <p>What the cluster says counts: a new master that is a member already is a target like any other, a replica that
     * follows a master already is left alone. Redis recommends at most about 1,000 nodes in a cluster; the planner takes
     * any number up to one slot a master.
     *
     * <p>Replicas are never paired with a master on their own host, except where every node of cluster and request is on
     * one and the same host: in such a sandbox nobody could keep them apart.
     *
     * @throws IllegalArgumentException where a slot of the cluster has no owner or two, or a batch may hold no slot: no
     *     plan is asked for before the cluster is known to be covered
     */
    public static PlanOutcome plan(PlanOrder order) {
        requireCoverage(order.cluster());
        List<Reason> reasons = new ArrayList<>();
        Roster roster = Roster.of(order, reasons);
        if (roster.shards().size() > SlotRange.SLOTS) {
            reasons.add(new Reason(
                    Code.TOO_MANY_MASTERS,
                    Texts.number(roster.shards().size())
                            + " masters cannot share 16,384 slots: at least one slot is needed for each. Add fewer"
                            + " masters."));
        }
        if (!reasons.isEmpty()) {
            return new Impossible(reasons);
        }
        List<Attachment> attachments = ReplicaPairing.of(roster, order, reasons);
        if (order.weights().isEmpty()) {
            tooManyKept(roster, order.kept(), reasons);
        }
        if (!reasons.isEmpty()) {
            return new Impossible(reasons);
        }
        Draft draft = Draft.of(roster, order);
        tooManyBatches(draft, order.slotsPerBatch()).ifPresent(reasons::add);
        if (!reasons.isEmpty()) {
            return new Impossible(reasons);
        }
        if (draft.lanes().isEmpty()
                && attachments.isEmpty()
                && roster.joined() == roster.shards().size()) {
            return new NothingToDo();
        }
        return new Planned(finish(order, draft, attachments));
    }

    private static void requireCoverage(Cluster cluster) {
        int owned = cluster.shards().stream()
                .mapToInt(shard -> shard.slots().size())
                .sum();
        SlotRanges covered = SlotRanges.union(cluster.shards().stream().map(Shard::slots));
        if (owned != SlotRange.SLOTS || covered.size() != SlotRange.SLOTS) {
            throw new IllegalArgumentException("each of the 16,384 slots needs one owner before a plan is made; "
                    + Texts.number(covered.size()) + " have one, " + Texts.number(owned - covered.size())
                    + " have another");
        }
    }

    /** Shards with their shares, the lanes that bring them there, and the batches of those. */
    private record Draft(
            List<PlannedShard> shards, List<Lane> lanes, List<Batch> batches, Optional<Evenness> evenness) {
        static Draft of(Roster roster, PlanOrder order) {
            List<SlotRanges> owned = roster.shards().stream().map(Shard::slots).toList();
            List<Lane> lanes = order.weights()
                    .map(weights -> WeightedTransfers.of(owned, weights, order.kept()))
                    .orElseGet(() -> Transfers.of(owned, Planner.shares(roster, order.kept()), order.kept()));
            List<SlotRanges> after = after(owned, lanes);
            List<PlannedShard> shards = IntStream.range(0, owned.size())
                    .mapToObj(i -> {
                        Shard shard = roster.shards().get(i);
                        return new PlannedShard(
                                shard.master(),
                                shard.replicas(),
                                shard.slots(),
                                after.get(i).size(),
                                i >= roster.joined());
                    })
                    .toList();
            return new Draft(
                    shards,
                    lanes,
                    Batching.of(lanes, order.slotsPerBatch()),
                    order.weights().map(weights -> Evenness.of(weights, owned, after)));
        }

        private static List<SlotRanges> after(List<SlotRanges> owned, List<Lane> lanes) {
            List<SlotRanges> after = new ArrayList<>(owned);
            for (Lane lane : lanes) {
                after.set(lane.source(), after.get(lane.source()).minus(lane.slots()));
                after.set(lane.target(), after.get(lane.target()).plus(lane.slots()));
            }
            return after;
        }
    }

    private static int[] shares(Roster roster, SlotRanges kept) {
        return Shares.of(
                roster.shards().stream().mapToInt(shard -> shard.slots().size()).toArray(),
                roster.shards().stream()
                        .mapToInt(shard -> shard.slots().intersect(kept).size())
                        .toArray());
    }

    /** A reason for each master that would have to keep more slots than its share. */
    private static void tooManyKept(Roster roster, SlotRanges kept, List<Reason> reasons) {
        int[] shares = shares(roster, kept);
        for (int i = 0; i < shares.length; i++) {
            Shard shard = roster.shards().get(i);
            int stays = shard.slots().intersect(kept).size();
            if (stays > shares[i]) {
                reasons.add(new Reason(
                        Code.TOO_MANY_KEPT_SLOTS,
                        Texts.count(stays, "slot") + " of " + shard.master()
                                + " must stay, since keys in them are too big to"
                                + " be moved, and its share is " + Texts.number(shares[i])
                                + ". Split those keys, delete them with UNLINK, or let the application move them."));
            }
        }
    }

    private static Plan finish(PlanOrder order, Draft draft, List<Attachment> attachments) {
        Plan plan = new Plan(
                "",
                draft.shards(),
                draft.batches(),
                attachments,
                order.attachOrder(),
                Estimates.of(draft.shards(), draft.batches(), order.keys(), order.pause()),
                order.kept(),
                draft.evenness());
        Plan signed = plan.signed(Fingerprint.of(order, plan));
        List<String> violations = Invariants.violations(signed, order);
        if (!violations.isEmpty()) {
            throw new IllegalStateException("the planner made a plan that it may not make: " + violations);
        }
        return signed;
    }

    private static Optional<Reason> tooManyBatches(Draft draft, int slotsPerBatch) {
        int batches = draft.batches().size();
        if (batches <= Plan.MAX_BATCHES) {
            return Optional.empty();
        }
        int moved = draft.batches().stream().mapToInt(Batch::slots).sum();
        String figures = Texts.number(moved) + " slots in batches of at most " + slotsPerBatch + " are "
                + Texts.number(batches) + " batches, more than the " + Texts.number(Plan.MAX_BATCHES)
                + " that one run may have. ";
        return Optional.of(new Reason(
                Code.TOO_MANY_BATCHES,
                figures
                        + smallestBatch(draft.lanes(), moved)
                                .map(slots -> "Set batch.slots to " + slots + " or more.")
                                .orElse("No batch.slots would do, as "
                                        + Texts.number(draft.lanes().size())
                                        + " pairs of masters exchange slots and a batch holds at most "
                                        + Plan.MAX_LANES_PER_BATCH + " of them: add fewer masters at a time.")));
    }

    /** The smallest number of slots in a batch with which the lanes fit; empty where none does. */
    private static Optional<Integer> smallestBatch(List<Lane> lanes, int moved) {
        if (Batching.of(lanes, moved).size() > Plan.MAX_BATCHES) {
            return Optional.empty();
        }
        int fewest = (moved + Plan.MAX_BATCHES - 1) / Plan.MAX_BATCHES;
        return IntStream.rangeClosed(fewest, moved)
                .filter(slots -> Batching.of(lanes, slots).size() <= Plan.MAX_BATCHES)
                .boxed()
                .findFirst();
    }
}
