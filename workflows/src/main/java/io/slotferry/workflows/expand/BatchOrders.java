package io.slotferry.workflows.expand;

import io.slotferry.planning.Attachment;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Member;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.BatchOptions;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.ReturnPlan;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What the plan says, as orders to activities. */
final class BatchOrders {
    private BatchOrders() {}

    /** The batch at this index of the plan. */
    static BatchOrder order(ExpandRequest request, Plan plan, int index) {
        // Replicas attached before the slots move may be masters by now; those attached after are none yet.
        boolean attached = plan.attachOrder() == AttachOrder.BEFORE_RESHARD;
        return order(request, plan, plan.batches().get(index), index + 1, replica -> attached);
    }

    /**
     * A batch of the way back.
     *
     * @param number from 1
     */
    static BatchOrder back(ExpandRequest request, Plan plan, ReturnPlan way, Batch batch, int number) {
        return order(request, plan, batch, number, replica -> way.attached().contains(replica.id()))
                .going(Way.BACK);
    }

    /** Slots that are open, to their end. */
    static BatchOrder settle(ExpandRequest request, Plan plan, ReturnPlan way, Batch batch, Way direction) {
        return back(request, plan, way, batch, 0).going(direction).by(Migration.KEYS);
    }

    private static BatchOrder order(
            ExpandRequest request, Plan plan, Batch batch, int number, Predicate<Member> attached) {
        List<Move> moves = batch.lanes().stream()
                .map(lane -> new Move(
                        members(plan, lane.source(), attached), members(plan, lane.target(), attached), lane.slots()))
                .toList();
        BatchOrder order = new BatchOrder(
                        request.access(),
                        number,
                        request.batch().lanes(),
                        request.pacing().mode(),
                        moves)
                .upTo(request.bigKeys().hardLimit())
                .by(request.batch().migration());
        Pacing pacing = request.pacing();
        return pacing.mode() == Pacing.Mode.ADAPTIVE
                ? order.keeping(new BatchOrder.Adaptive(pacing.latencyBudget(), PacingState.FIRST))
                : order;
    }

    /** The most slots in a batch of the way back: as on the way there. */
    static int slotsPerBatch(ExpandRequest request, Plan plan) {
        return request.batch()
                .slots()
                .orElseGet(() ->
                        plan.batches().stream().mapToInt(Batch::slots).max().orElse(BatchOptions.USUAL_SLOTS));
    }

    /** The new replicas of those shards that {@code which} takes, each with the shard that it will follow. */
    static List<Pairing> pairings(Plan plan, IntPredicate which) {
        return plan.attachments().stream()
                .filter(attachment -> which.test(attachment.shard()))
                .map(attachment -> new Pairing(
                        attachment.replica(),
                        plan.shards().get(attachment.shard()).members().toList()))
                .toList();
    }

    /** Who may be the shard's master while slots move. */
    private static List<Member> members(Plan plan, int shard, Predicate<Member> attached) {
        Stream<Member> replicas = plan.attachments().stream()
                .filter(attachment -> attachment.shard() == shard)
                .map(Attachment::replica)
                .filter(attached);
        return Stream.concat(plan.shards().get(shard).members(), replicas).toList();
    }
}
