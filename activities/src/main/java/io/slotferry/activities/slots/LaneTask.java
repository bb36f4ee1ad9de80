package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.util.stream.Stream;

/**
 * One lane with the shards as they are now.
 *
 * @param move as the order has it, with all members of both shards, also those that are dead
 * @param pending slots that the source owns still, whether open or not
 * @param unsettled slots that the target owns, and that one of the two still holds open: an attempt died between telling
 *     the target and telling the others
 */
record LaneTask(Move move, Shard from, Shard to, SlotRanges pending, SlotRanges unsettled) {
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
        return isEnd(migrating, held.node().id()) && isEnd(!migrating, held.peer());
    }

    /** Whether a migration job is one of this lane. */
    boolean migrates(Job job) {
        return isEnd(true, job.source())
                && isEnd(false, job.target())
                && job.slots().minus(move.slots()).isEmpty();
    }

    /** The same lane, with other slots left to move. */
    LaneTask of(SlotRanges slots) {
        return new LaneTask(move, from, to, slots, unsettled);
    }

    /** The same lane, without slots that the others are to be told of. */
    LaneTask settled() {
        return new LaneTask(move, from, to, pending, SlotRanges.none());
    }

    private boolean isEnd(boolean source, NodeId id) {
        return Stream.concat((source ? from : to).members(), (source ? move.source() : move.target()).stream())
                .anyMatch(member -> member.id().equals(id));
    }
}
