package io.slotferry.workflows.contract;

import io.slotferry.planning.Batch;
import io.slotferry.planning.NodeId;
import java.util.List;

/**
 * The way back from where the cluster stood when it was looked at.
 *
 * @param settle open slots, which are finished first, each in the direction in which it is open: turned round, the keys that
 *     have moved already would be hidden
 * @param batches that then return every slot to the shard that owned it when the plan was made
 * @param attached the plan's new replicas that belong to their shards by now, and may be their masters
 */
public record ReturnPlan(List<Batch> settle, List<Batch> batches, List<NodeId> attached) {
    public ReturnPlan {
        settle = List.copyOf(settle);
        batches = List.copyOf(batches);
        attached = List.copyOf(attached);
    }

    /** How many slots return. */
    public int slots() {
        return batches.stream().mapToInt(Batch::slots).sum();
    }
}
