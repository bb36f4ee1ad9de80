package io.slotferry.planning;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntConsumer;

/**
 * Which of a plan's shards owns each slot now. A shard is known by its members, those to be attached included, since a
 * failover makes any of them its master.
 */
final class Ownership {
    static final int NOBODY = -1;
    static final int STRANGER = -2;

    private final Map<NodeId, Integer> shardOf = new HashMap<>();
    private final int[] shards = new int[SlotRange.SLOTS];
    private final NodeId[] owners = new NodeId[SlotRange.SLOTS];

    /**
     * Reads who owns what.
     *
     * @param ownersNow a master's ID to its slots
     * @throws IllegalArgumentException where two masters own one slot: an agreed cluster has no such slot
     */
    Ownership(Plan plan, Map<NodeId, SlotRanges> ownersNow) {
        for (int i = 0; i < plan.shards().size(); i++) {
            int shard = i;
            plan.shards().get(i).members().forEach(member -> shardOf.put(member.id(), shard));
        }
        plan.attachments()
                .forEach(attachment -> shardOf.put(attachment.replica().id(), attachment.shard()));
        Arrays.fill(shards, NOBODY);
        new TreeMap<>(ownersNow).forEach((owner, slots) -> {
            int shard = shardOf(owner);
            eachSlot(slots, slot -> {
                if (owners[slot] != null) {
                    throw new IllegalArgumentException(
                            "slot " + slot + " has two owners: " + owners[slot] + " and " + owner);
                }
                owners[slot] = owner;
                shards[slot] = shard;
            });
        });
    }

    /** In place of a stream, which takes several times as long: every gate of a batch goes over all slots. */
    private static void eachSlot(SlotRanges slots, IntConsumer each) {
        for (SlotRange range : slots.ranges()) {
            for (int slot = range.from(); slot <= range.to(); slot++) {
                each.accept(slot);
            }
        }
    }

    /** The index of the shard that owns the slot, or {@link #NOBODY} or {@link #STRANGER}. */
    int shard(int slot) {
        return shards[slot];
    }

    /** The master that owns the slot; null for nobody. */
    NodeId owner(int slot) {
        return owners[slot];
    }

    /** The index of the shard that this node is a member of, or {@link #STRANGER}. */
    int shardOf(NodeId node) {
        return shardOf.getOrDefault(node, STRANGER);
    }

    /** For each slot the index of the shard that owns it once the plan is carried out. */
    static int[] planned(Plan plan) {
        int[] planned = before(plan);
        plan.batches().stream()
                .flatMap(batch -> batch.lanes().stream())
                .forEach(lane -> eachSlot(lane.slots(), slot -> planned[slot] = lane.target()));
        return planned;
    }

    /** For each slot the index of the shard in the plan that owned it when the plan was made. */
    static int[] before(Plan plan) {
        int[] before = new int[SlotRange.SLOTS];
        Arrays.fill(before, NOBODY);
        for (int i = 0; i < plan.shards().size(); i++) {
            int shard = i;
            eachSlot(plan.shards().get(i).before(), slot -> before[slot] = shard);
        }
        return before;
    }
}
