package io.slotferry.planning;

import java.util.List;

/** What the planner answers: a plan, or that nothing is left to do, or why there can be none. */
public sealed interface PlanOutcome {
    /** A plan that satisfies every invariant of {@code Invariants}. */
    record Planned(Plan plan) implements PlanOutcome {}

    /** The cluster is balanced, and every node of the request is a member in its planned role already. */
    record NothingToDo() implements PlanOutcome {}

    /** No plan can satisfy the order. Each reason says which part of the request is at fault and what would help. */
    record Impossible(List<Reason> reasons) implements PlanOutcome {
        public Impossible {
            reasons = List.copyOf(reasons);
        }
    }

    /**
     * One reason why there can be no plan.
     *
     * @param code stable name of the reason
     * @param message for a person, with the figures and what to change
     */
    record Reason(Code code, String message) {}

    /** Why there can be no plan. */
    enum Code {
        TOO_MANY_BATCHES,
        TOO_MANY_MASTERS,
        REPLICA_BESIDE_ITS_MASTER,
        UNKNOWN_MASTER_FOR_REPLICA,
        NODE_NAMED_TWICE,
        /** A node of the request is a member already, in a role that the request does not give it. */
        MEMBER_IN_ANOTHER_ROLE,
        /** More slots have to stay with a master than its share holds. */
        TOO_MANY_KEPT_SLOTS
    }
}
