package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import java.util.List;
import java.util.Optional;

/**
 * What the planning activity answers. An impossible plan is a failure of kind {@link FailureKind#IMPOSSIBLE_PLAN}.
 *
 * @param plan empty where nothing is to be done
 * @param text the plan for a person
 * @param members IDs of the cluster's members when the plan was made, ascending, without the new nodes: what the lease
 *     is named by
 * @param joined those of the request's nodes that were members already when the plan was made: an undoing of this run
 *     leaves them where they are
 */
public record PlanAnswer(Optional<Plan> plan, String text, List<NodeId> members, List<NodeId> joined) {
    public PlanAnswer {
        members = List.copyOf(members);
        joined = List.copyOf(joined);
    }
}
