package io.slotferry.activities.slots;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;

/**
 * One lane with the shards as they are now.
 *
 * @param pending slots that the source owns still, whether open or not
 * @param unsettled slots that the target owns, and that one of the two still holds open: an attempt died between telling
 *     the target and telling the others
 */
record LaneTask(Shard from, Shard to, SlotRanges pending, SlotRanges unsettled) {
    /** The source shard's current master. */
    Member source() {
        return from.master();
    }

    /** The target shard's current master. */
    Member target() {
        return to.master();
    }

    String name() {
        return source().address() + " → " + target().address();
    }

    /**
     * Whether slots are open as this lane opens them. Any member counts: after a failover the end that stayed names the
     * master of before.
     */
    boolean opens(OpenSlots held) {
        boolean migrating = held.direction() == Direction.MIGRATING;
        return has(migrating ? from : to, held.node().id()) && has(migrating ? to : from, held.peer());
    }

    private static boolean has(Shard shard, NodeId id) {
        return shard.members().anyMatch(member -> member.id().equals(id));
    }
}
