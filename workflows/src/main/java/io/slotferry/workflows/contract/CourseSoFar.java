package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeId;
import java.util.List;

/**
 * How far a plan was carried out by an earlier run, by who owns the slots now and which are open.
 *
 * @param batchesDone the leading batches of which every slot is at its target, and none open
 * @param members IDs of the nodes that belong to the cluster now
 * @param filled indices of the plan's shards that own, or hold open, slots that the plan gives them
 */
public record CourseSoFar(int batchesDone, List<NodeId> members, List<Integer> filled) {
    public CourseSoFar {
        members = List.copyOf(members);
        filled = List.copyOf(filled);
    }
}
