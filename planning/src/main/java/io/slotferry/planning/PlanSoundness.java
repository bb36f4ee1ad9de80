package io.slotferry.planning;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What must hold of a plan whatever cluster it was made for, so that one that comes from a file can be told from a damaged
 * one. {@code Invariants} holds more, against the order that a plan was made from.
 */
public final class PlanSoundness {
    private PlanSoundness() {}

    /** Each way in which the plan is damaged, in a sentence; empty for a sound one. */
    public static List<String> problems(Plan plan) {
        List<String> problems = new ArrayList<>();
        if (!plan.fingerprint().matches("[0-9a-f]{64}")) {
            problems.add("its fingerprint is not 64 hexadecimal digits");
        }
        if (plan.batches().size() > Plan.MAX_BATCHES) {
            problems.add("it has " + plan.batches().size() + " batches, more than " + Plan.MAX_BATCHES);
        }
        SlotRanges covered = SlotRanges.union(plan.shards().stream().map(PlannedShard::before));
        int owned =
                plan.shards().stream().mapToInt(shard -> shard.before().size()).sum();
        if (covered.size() != SlotRange.SLOTS || owned != SlotRange.SLOTS) {
            problems.add("its shards owned " + covered.size() + " slots, and " + (owned - covered.size())
                    + " of them twice, where each of the 16384 has one owner");
        }
        if (!indicesAreShards(plan)) {
            problems.add("a lane or an attachment names a shard that it does not have");
        } else {
            lanes(plan, problems);
        }
        return problems;
    }

    private static boolean indicesAreShards(Plan plan) {
        IntStream lanes = plan.batches().stream()
                .flatMap(batch -> batch.lanes().stream())
                .flatMapToInt(lane -> IntStream.of(lane.source(), lane.target()));
        IntStream attached = plan.attachments().stream().mapToInt(Attachment::shard);
        return IntStream.concat(lanes, attached)
                .allMatch(i -> i >= 0 && i < plan.shards().size());
    }

    /** Each slot moves once at most, from the shard that owned it. */
    private static void lanes(Plan plan, List<String> problems) {
        int[] owner = Ownership.before(plan);
        for (int i = 0; i < plan.batches().size(); i++) {
            for (Lane lane : plan.batches().get(i).lanes()) {
                SlotRanges others = SlotRanges.ofSlots(lane.slots().stream().filter(s -> owner[s] != lane.source()));
                if (!others.isEmpty() || lane.source() == lane.target()) {
                    problems.add("batch " + (i + 1) + " moves slots " + lane.slots() + " from "
                            + plan.shards().get(lane.source()).master() + ", which did not own all of them or gave them"
                            + " before");
                }
                lane.slots().stream().forEach(slot -> owner[slot] = Ownership.NOBODY);
            }
        }
    }
}
