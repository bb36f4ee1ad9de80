package io.slotferry.activities.slots;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How far batches are, by what each of their nodes says of itself. */
record BatchesBegun(List<NodeView> views) {
    BatchesBegun {
        views = List.copyOf(views);
    }

    /** Whether a slot of the batch is open, or has moved. */
    boolean isBegun(BatchOrder order) {
        return order.moves().stream().anyMatch(move -> {
            Set<NodeId> ends = ids(Stream.concat(move.source().stream(), move.target().stream()));
            SlotRanges touched = SlotRanges.union(Stream.concat(
                    Stream.of(arrived(move)),
                    views.stream().filter(view -> ends.contains(view.viewer())).map(NodeView::openSlots)));
            return !move.slots().intersect(touched).isEmpty();
        });
    }

    /** Whether every slot of the batch is at its target. */
    boolean isDone(BatchOrder order) {
        return order.moves().stream().allMatch(move -> arrived(move).containsAll(move.slots()));
    }

    /** All that members of the move's target own. */
    private SlotRanges arrived(Move move) {
        Set<NodeId> targets = ids(move.target().stream());
        return SlotRanges.union(
                views.stream().filter(view -> targets.contains(view.viewer())).map(view -> view.self()
                        .slots()));
    }

    private static Set<NodeId> ids(Stream<Member> members) {
        return members.map(Member::id).collect(Collectors.toSet());
    }
}
