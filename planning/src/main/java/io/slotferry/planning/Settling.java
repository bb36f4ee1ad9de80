package io.slotferry.planning;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How the open slots of a plan are finished before it is gone back on: each in the direction in which it is open. Some of its
 * keys may have moved already; turned round, a slot would hide them, since closing it on the source makes the source
 * answer for keys that it has given away.
 *
 * @param batches the slots that this plan, or its way back, opened
 * @param foreign what is open otherwise: nobody may go on over it
 */
public record Settling(List<Batch> batches, List<OpenSlots> foreign) {
    public Settling {
        batches = List.copyOf(batches);
        foreign = List.copyOf(foreign);
    }

    /**
     * Reads what is open. It is this plan's where the two shards are those between which the plan moves the slot, in either
     * direction, and one of them owns it. Marks of both directions come from failovers; then the owner is the source.
     *
     * @param ownersNow the ID of each master that owns slots, and its slots
     * @throws IllegalArgumentException where two masters own one slot
     */
    public static Settling of(Plan plan, Map<NodeId, SlotRanges> ownersNow, List<OpenSlots> open) {
        Ownership now = new Ownership(plan, ownersNow);
        int[] before = Ownership.before(plan);
        int[] planned = Ownership.planned(plan);
        Map<Integer, Integer> pairOf = new TreeMap<>();
        List<OpenSlots> foreign = new ArrayList<>();
        for (OpenSlots held : open) {
            int node = now.shardOf(held.node().id());
            int peer = now.shardOf(held.peer());
            int source = held.direction() == Direction.MIGRATING ? node : peer;
            int target = held.direction() == Direction.MIGRATING ? peer : node;
            SlotRanges others = SlotRanges.ofSlots(held.slots().stream()
                    .filter(slot -> !between(source, target, before[slot], planned[slot])
                            || (now.shard(slot) != source && now.shard(slot) != target)));
            if (!others.isEmpty()) {
                foreign.add(new OpenSlots(held.node(), held.direction(), others, held.peer(), held.peerAddress()));
            }
            held.slots().minus(others).stream().forEach(slot -> {
                if (now.shard(slot) == source) {
                    pairOf.put(slot, pair(source, target));
                } else {
                    pairOf.putIfAbsent(slot, pair(source, target));
                }
            });
        }
        return new Settling(Batching.of(lanes(pairOf), SlotRange.SLOTS), foreign);
    }

    private static boolean between(int source, int target, int before, int planned) {
        return source >= 0
                && target >= 0
                && before != planned
                && ((source == before && target == planned) || (source == planned && target == before));
    }

    private static int pair(int source, int target) {
        return source * SlotRange.SLOTS + target;
    }

    private static List<Lane> lanes(Map<Integer, Integer> pairOf) {
        Map<Integer, IntStream.Builder> byPair = new TreeMap<>();
        pairOf.forEach((slot, pair) ->
                byPair.computeIfAbsent(pair, p -> IntStream.builder()).add(slot));
        return byPair.entrySet().stream()
                .map(entry -> new Lane(
                        entry.getKey() / SlotRange.SLOTS,
                        entry.getKey() % SlotRange.SLOTS,
                        SlotRanges.ofSlots(entry.getValue().build())))
                .toList();
    }

    /** The owners as they are once the batches are done; a shard that gains slots is named by the plan's master. */
    public Map<NodeId, SlotRanges> ownersAfter(Plan plan, Map<NodeId, SlotRanges> ownersNow) {
        Map<NodeId, SlotRanges> after = new HashMap<>(ownersNow);
        batches.stream().flatMap(batch -> batch.lanes().stream()).forEach(lane -> {
            after.replaceAll((owner, slots) -> slots.minus(lane.slots()));
            after.merge(plan.shards().get(lane.target()).master().id(), lane.slots(), SlotRanges::plus);
        });
        return after;
    }

    /** How many slots are finished. */
    public int slots() {
        return batches.stream().mapToInt(Batch::slots).sum();
    }
}
