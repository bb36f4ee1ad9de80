package io.slotferry.planning;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The way back: every slot to the shard that owned it when the plan was made. */
public final class ReversePlan {
    private ReversePlan() {}

    /**
     * Batches that return every slot to its shard of before, from whichever shard of the plan owns it now; empty where
     * nothing is to be returned. They keep the limits of {@link Plan}: where a batch of that size would need more than
     * {@link Plan#MAX_BATCHES} of them, batches are larger, since a rollback is never refused for its length.
     *
     * @param ownersNow the ID of each master that owns slots, and its slots; a shard is known by its members, so that a
     *     replica that became master since counts as its shard
     * @param slotsPerBatch the most slots in a batch
     * @throws IllegalArgumentException where a slot has no owner or one that is in no shard of the plan:
     *     {@link PlanProgress} names these, and a person has to decide
     */
    public static List<Batch> of(Plan plan, Map<NodeId, SlotRanges> ownersNow, int slotsPerBatch) {
        Ownership now = new Ownership(plan, ownersNow);
        int[] before = Ownership.before(plan);
        Map<Integer, IntStream.Builder> byPair = new TreeMap<>();
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            int owner = now.shard(slot);
            if (owner < 0) {
                throw new IllegalArgumentException("slot " + slot
                        + (owner == Ownership.NOBODY
                                ? " has no owner"
                                : " is owned by " + now.owner(slot) + ", which is in no shard of the plan"));
            }
            if (owner != before[slot]) {
                int pair = owner * SlotRange.SLOTS + before[slot];
                byPair.computeIfAbsent(pair, p -> IntStream.builder()).add(slot);
            }
        }
        List<Lane> lanes = new ArrayList<>();
        byPair.forEach((pair, slots) ->
                lanes.add(new Lane(pair / SlotRange.SLOTS, pair % SlotRange.SLOTS, SlotRanges.ofSlots(slots.build()))));
        return batches(lanes, slotsPerBatch);
    }

    private static List<Batch> batches(List<Lane> lanes, int slotsPerBatch) {
        List<Batch> batches = Batching.of(lanes, slotsPerBatch);
        for (int slots = slotsPerBatch; batches.size() > Plan.MAX_BATCHES && slots < SlotRange.SLOTS; slots *= 2) {
            batches = Batching.of(lanes, slots * 2);
        }
        return batches;
    }
}
