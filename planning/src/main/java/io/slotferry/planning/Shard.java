package io.slotferry.planning;

import java.util.List;
import java.util.stream.Stream;

/**
 * A master with its replicas, and the slots it owns. A shard is known by its members: a failover changes who of them is
 * master, and with it the node ID that owns the slots.
 */
public record Shard(Member master, List<Member> replicas, SlotRanges slots) {
    public Shard {
        replicas = List.copyOf(replicas);
    }

    /** The master first, then its replicas. */
    public Stream<Member> members() {
        return Stream.concat(Stream.of(master), replicas.stream());
    }
}
