package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.Identity;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.Member;
import io.slotferry.planning.SlotRanges;
import java.util.List;

/**
 * The target of a lane, or of several that move together, on a connection of its own. It remembers the process behind it from the
 * start, and what that took. Used by one thread at a time.
 */
final class TargetEnd implements AutoCloseable {
    private final Member member;
    private final BatchRun run;
    private final ChangingNode node;
    private final Identity identity;
    private SlotRanges taken = SlotRanges.none();

    TargetEnd(LaneTask task, BatchRun run, ChangeSession session) {
        this.member = task.target();
        this.run = run;
        this.node = session.another(member.address());
        SlotCheck first = node.check(List.of(), List.of());
        run.expect(task.to(), node, first);
        this.identity = first.identity();
    }

    Member member() {
        return member;
    }

    ChangingNode node() {
        return node;
    }

    /** It said OK to SETSLOT NODE for these. */
    void taken(SlotRanges slots) {
        taken = taken.plus(slots);
        run.taken(member, slots);
    }

    /**
     * Looks at it, and makes sure that it is the process that the lanes began on, whose epoch grows as it takes slots, and that
     * it still owns all that it took.
     *
     * @throws Halted of kind OPEN_SLOT_LOST or SLOT_TAKEN_BACK
     */
    SlotCheck check() {
        SlotCheck check = node.check(List.of(), List.of());
        LaneMover.requireSame("target " + member, identity, check.identity());
        SlotRanges lost = taken.minus(check.open().owned());
        if (!lost.isEmpty()) {
            throw TakenSlots.takenBack(member, lost);
        }
        run.seen(member, check);
        return check;
    }

    @Override
    public void close() {
        node.close();
    }
}
