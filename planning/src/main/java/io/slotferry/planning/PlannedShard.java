package io.slotferry.planning;

import java.util.List;
import java.util.stream.Stream;

/**
 * A shard as the plan found it, or as it will come to be.
 *
 * @param before the slots it owned when the plan was made: what a rollback returns to it
 * @param slotsAfter how many slots it will own
 * @param added whether its master is one of the nodes that this run adds
 */
public record PlannedShard(Member master, List<Member> replicas, SlotRanges before, int slotsAfter, boolean added) {
    public PlannedShard {
        replicas = List.copyOf(replicas);
    }

    /** The master first, then its replicas (those planned for a new master are in {@link Plan#attachments()}). */
    public Stream<Member> members() {
        return Stream.concat(Stream.of(master), replicas.stream());
    }
}
