package io.slotferry.activities.slots;

import io.slotferry.planning.Member;
import io.slotferry.planning.SlotRanges;

/**
 * One lane with the nodes as they are now.
 *
 * @param source the source shard's current master
 * @param target the target shard's current master
 * @param pending slots that the source owns still, whether open or not
 * @param unsettled slots that the target owns, and that one of the two still holds open: an attempt died between telling
 *     the target and telling the others
 */
record LaneTask(Member source, Member target, SlotRanges pending, SlotRanges unsettled) {
    String name() {
        return source.address() + " → " + target.address();
    }
}
