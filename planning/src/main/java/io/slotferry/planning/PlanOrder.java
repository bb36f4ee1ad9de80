package io.slotferry.planning;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that a plan depends on.
 *
 * @param newMasters empty masters to be added, as they named themselves; may be members already (a plan made again)
 * @param slotsPerBatch the most slots in a batch
 * @param keys number of keys of each master, over all databases, for the estimate; a master that is missing counts 0
 * @param pause between batches, for the estimate
 * @param request the request's canonical text, bound by the fingerprint
 * @param kept slots that stay with their owners, since a key of theirs is too big to be moved
 * @param weights what slots weigh, where masters are to come to weigh the same; empty where they are to have as many slots
 */
public record PlanOrder(
        Cluster cluster,
        List<Member> newMasters,
        List<NewReplica> newReplicas,
        int slotsPerBatch,
        Plan.AttachOrder attachOrder,
        Map<NodeId, Long> keys,
        Duration pause,
        String request,
        SlotRanges kept,
        Optional<SlotWeights> weights) {

    /** An order by which any slot may move, and all count the same. */
    public PlanOrder(
            Cluster cluster,
            List<Member> newMasters,
            List<NewReplica> newReplicas,
            int slotsPerBatch,
            Plan.AttachOrder attachOrder,
            Map<NodeId, Long> keys,
            Duration pause,
            String request) {
        this(
                cluster,
                newMasters,
                newReplicas,
                slotsPerBatch,
                attachOrder,
                keys,
                pause,
                request,
                SlotRanges.none(),
                Optional.empty());
    }

    public PlanOrder {
        newMasters = List.copyOf(newMasters);
        newReplicas = List.copyOf(newReplicas);
        keys = Map.copyOf(keys);
    }

    /**
     * A node that will become a replica.
     *
     * @param of the address of the new or old master that the request fixed for it; empty where the planner pairs
     */
    public record NewReplica(Member node, Optional<NodeAddress> of) {}
}
