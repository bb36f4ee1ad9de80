package io.slotferry.workflows.expand;

import io.slotferry.planning.Attachment;
import io.slotferry.planning.Member;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.ExpandRequest;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.Stream;

/** What the plan says, as orders to activities. */
final class BatchOrders {
    private BatchOrders() {}

    /** The batch at this index of the plan. */
    static BatchOrder order(ExpandRequest request, Plan plan, int index) {
        List<Move> moves = plan.batches().get(index).lanes().stream()
                .map(lane -> new Move(members(plan, lane.source()), members(plan, lane.target()), lane.slots()))
                .toList();
        return new BatchOrder(
                request.access(),
                index + 1,
                request.batch().lanes(),
                request.pacing().mode(),
                moves);
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

    /** Who may be the shard's master while slots move: replicas attached before count, those attached after do not yet. */
    private static List<Member> members(Plan plan, int shard) {
        Stream<Member> attached = plan.attachOrder() == AttachOrder.BEFORE_RESHARD
                ? plan.attachments().stream()
                        .filter(attachment -> attachment.shard() == shard)
                        .map(Attachment::replica)
                : Stream.empty();
        return Stream.concat(plan.shards().get(shard).members(), attached).toList();
    }
}
