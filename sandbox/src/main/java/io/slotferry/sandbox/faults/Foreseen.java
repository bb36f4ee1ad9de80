package io.slotferry.sandbox.faults;

import io.slotferry.planning.Lane;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Slots that a stranger moved before the plan was made, which so knew of it: what the plan itself then moved on was not
 * overwritten.
 */
final class Foreseen {
    private Foreseen() {}

    /**
     * The strangers' slots without those that the plan took from whom the stranger had given them to, and that are where it
     * brought them.
     *
     * @param owners of each slot now, by address
     * @param shard of an address
     */
    static Map<Integer, String> without(
            Map<Integer, String> strangers,
            Optional<Plan> plan,
            Map<Integer, List<String>> owners,
            UnaryOperator<String> shard) {
        Map<Integer, String> left = new TreeMap<>(strangers);
        plan.ifPresent(known -> left.entrySet().removeIf(moved -> known.batches().stream()
                .flatMap(batch -> batch.lanes().stream())
                .filter(lane -> lane.slots().contains(moved.getKey()))
                .anyMatch(lane -> from(known, lane, moved.getValue())
                        && owners.getOrDefault(moved.getKey(), List.of()).stream()
                                .allMatch(
                                        now -> shard.apply(now).equals(shard.apply(address(known, lane.target())))))));
        return left;
    }

    private static boolean from(Plan plan, Lane lane, String address) {
        PlannedShard source = plan.shards().get(lane.source());
        return source.members().anyMatch(member -> member.address().toString().equals(address));
    }

    private static String address(Plan plan, int shard) {
        return plan.shards().get(shard).master().address().toString();
    }
}
