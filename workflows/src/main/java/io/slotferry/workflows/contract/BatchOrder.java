package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.Member;
import io.slotferry.planning.SlotRanges;
import java.util.List;

/**
 * One batch to move: all that the activity needs, and small, since it stands in history once for every batch.
 *
 * @param number from 1
 * @param lanes how many of the moves run side by side at most
 */
public record BatchOrder(
        ClusterAccess access, int number, int lanes, ExpandRequest.Pacing.Mode mode, List<Move> moves) {
    public BatchOrder {
        moves = List.copyOf(moves);
    }

    /**
     * Slots that go from one shard to another; a shard is given by its members, the master first as the plan saw it.
     */
    public record Move(List<Member> source, List<Member> target, SlotRanges slots) {
        public Move {
            source = List.copyOf(source);
            target = List.copyOf(target);
        }
    }

    /** As history holds it. */
    @JsonValue
    CompactOrder compact() {
        return CompactOrder.of(this);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static BatchOrder of(CompactOrder compact) {
        return compact.order();
    }

    /** How many slots the batch holds. */
    public int slots() {
        return moves.stream().mapToInt(move -> move.slots().size()).sum();
    }
}
