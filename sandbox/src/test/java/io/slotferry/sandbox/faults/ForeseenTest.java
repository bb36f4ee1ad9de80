package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Estimate;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import io.slotferry.planning.SlotRanges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ForeseenTest {
    /** Slot 7 was moved to the first master, and the plan has it move on to the second. */
    private static final Plan PLAN = new Plan(
            "0".repeat(64),
            List.of(shard(1, "0-16383", 16_383, false), shard(2, "", 1, true)),
            List.of(new Batch(List.of(new Lane(0, 1, SlotRanges.parse("7"))))),
            List.of(),
            Plan.AttachOrder.AFTER_RESHARD,
            new Estimate(0, Duration.ZERO));

    private static PlannedShard shard(int i, String slots, int after, boolean added) {
        Member master = new Member(new NodeId(String.format("%040x", i)), new NodeAddress("127.0.0." + i, 7_000));
        return new PlannedShard(
                master, List.of(), slots.isEmpty() ? SlotRanges.none() : SlotRanges.parse(slots), after, added);
    }

    private static Map<Integer, String> left(Map<Integer, String> strangers, String now) {
        return Foreseen.without(strangers, Optional.of(PLAN), Map.of(7, List.of(now)), UnaryOperator.identity());
    }

    @Test
    void a_slot_that_the_plan_took_from_whom_a_stranger_gave_it_to_was_foreseen() {
        assertThat(left(Map.of(7, "127.0.0.1:7000"), "127.0.0.2:7000")).isEmpty();
    }

    @Test
    void one_that_a_stranger_gave_to_somebody_else_was_not() {
        assertThat(left(Map.of(7, "127.0.0.3:7000"), "127.0.0.2:7000")).containsOnlyKeys(7);
    }

    @Test
    void one_that_is_not_where_the_plan_brings_it_is_judged_as_a_strangers() {
        assertThat(left(Map.of(7, "127.0.0.1:7000"), "127.0.0.1:7000")).containsOnlyKeys(7);
        assertThat(Foreseen.without(Map.of(7, "127.0.0.1:7000"), Optional.empty(), Map.of(), UnaryOperator.identity()))
                .containsOnlyKeys(7);
    }
}
