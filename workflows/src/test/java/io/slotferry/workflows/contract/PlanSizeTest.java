package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.planning.Balance;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome.Planned;
import io.slotferry.planning.Planner;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.SlotWeights;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Temporal takes payloads of 2 MiB, and the plan stands in history more than once. */
class PlanSizeTest {
    private static final int MASTERS = 1_000;

    @Test
    void the_plan_for_a_thousand_masters_that_become_twelve_hundred_stays_under_512_kib()
            throws JsonProcessingException {
        long[] keys = new Random(1).longs(SlotRange.SLOTS, 40, 80).toArray();

        assertThat(bytes(plan(Optional.empty()))).isLessThan(512 * 1_024);
        assertThat(bytes(plan(Optional.of(SlotWeights.of(Balance.KEYS, keys))))).isLessThan(512 * 1_024);
    }

    private static int bytes(Plan plan) throws JsonProcessingException {
        return SlotferryJson.mapper().writeValueAsBytes(plan).length;
    }

    private static Plan plan(Optional<SlotWeights> weights) {
        List<Shard> shards = IntStream.range(0, MASTERS)
                .mapToObj(i -> new Shard(
                        member(i),
                        List.of(member(2_000 + i)),
                        SlotRanges.of(
                                new SlotRange(SlotRange.SLOTS * i / MASTERS, SlotRange.SLOTS * (i + 1) / MASTERS - 1))))
                .toList();
        PlanOrder order = new PlanOrder(
                new Cluster(shards),
                IntStream.range(MASTERS, MASTERS + 200)
                        .mapToObj(PlanSizeTest::member)
                        .toList(),
                List.of(),
                100,
                AttachOrder.AFTER_RESHARD,
                Map.of(),
                Duration.ZERO,
                "{}",
                SlotRanges.none(),
                weights);
        return ((Planned) Planner.plan(order)).plan();
    }

    private static Member member(int i) {
        return new Member(
                new NodeId(String.format("%040x", i + 1)),
                new NodeAddress("redis-node-" + i + ".prod.example.com", 7_000));
    }
}
