package io.slotferry.planning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * How far a plan has come, from who owns the slots now, and what somebody else changed meanwhile.
 *
 * @param batches in the order of the plan
 * @param foreign slots at an owner that the plan never gives them: nobody may go on over them
 * @param unowned slots without owner
 */
public record PlanProgress(List<BatchProgress> batches, List<Foreign> foreign, SlotRanges unowned) {
    public PlanProgress {
        batches = List.copyOf(batches);
        foreign = List.copyOf(foreign);
    }

    /** How far a batch has come. */
    public enum State {
        NOT_MOVED,
        PARTLY,
        DONE
    }

    /** How many of a batch's slots their targets own. */
    public record BatchProgress(int moved, int slots) {
        public State state() {
            if (moved == slots) {
                return State.DONE;
            }
            return moved == 0 ? State.NOT_MOVED : State.PARTLY;
        }
    }

    /**
     * Slots whose owner belongs neither to the shard that owned them before nor to the one that the plan moves them to.
     *
     * @param shard index of the plan's shard that the owner belongs to; empty for a node that is in none
     */
    public record Foreign(NodeId owner, OptionalInt shard, SlotRanges slots) {}

    /**
     * Compares a plan with the owners of now. A shard is known by its members: a replica that became master since, also one
     * that the plan attaches, stands for its shard.
     *
     * @param ownersNow the ID of each master that owns slots, and its slots
     * @throws IllegalArgumentException where two masters own one slot
     */
    public static PlanProgress of(Plan plan, Map<NodeId, SlotRanges> ownersNow) {
        Ownership now = new Ownership(plan, ownersNow);
        int[] before = Ownership.before(plan);
        int[] planned = Ownership.planned(plan);
        List<BatchProgress> batches = new ArrayList<>();
        for (Batch batch : plan.batches()) {
            int[] moved = new int[1];
            for (Lane lane : batch.lanes()) {
                lane.slots().stream().forEach(slot -> {
                    moved[0] += now.shard(slot) == lane.target() ? 1 : 0;
                });
            }
            batches.add(new BatchProgress(moved[0], batch.slots()));
        }
        boolean[] unowned = new boolean[SlotRange.SLOTS];
        Map<NodeId, boolean[]> foreign = new LinkedHashMap<>();
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            int shard = now.shard(slot);
            if (shard == Ownership.NOBODY) {
                unowned[slot] = true;
            } else if (shard != before[slot] && shard != planned[slot]) {
                foreign.computeIfAbsent(now.owner(slot), owner -> new boolean[SlotRange.SLOTS])[slot] = true;
            }
        }
        return new PlanProgress(batches, named(foreign, now), slots(unowned));
    }

    private static List<Foreign> named(Map<NodeId, boolean[]> foreign, Ownership now) {
        return foreign.entrySet().stream()
                .map(entry -> {
                    SlotRanges slots = slots(entry.getValue());
                    int shard = now.shard(slots.stream().findFirst().orElseThrow());
                    return new Foreign(
                            entry.getKey(),
                            shard == Ownership.STRANGER ? OptionalInt.empty() : OptionalInt.of(shard),
                            slots);
                })
                .toList();
    }

    private static SlotRanges slots(boolean[] chosen) {
        return SlotRanges.ofSlots(IntStream.range(0, chosen.length).filter(slot -> chosen[slot]));
    }

    /** Whether every batch is done and every slot is where the plan wants it or found it. */
    public boolean complete() {
        return unowned.isEmpty() && foreign.isEmpty() && batches.stream().allMatch(b -> b.state() == State.DONE);
    }

    /** How many of the plan's slots their targets own. */
    public int movedSlots() {
        return batches.stream().mapToInt(BatchProgress::moved).sum();
    }
}
