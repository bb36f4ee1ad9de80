package io.slotferry.benchmarks;

import io.slotferry.planning.Balance;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.Planner;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.SlotWeights;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long a plan takes that grows 1,000 masters, as many as Redis recommends at most, to 1,200. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class Planning {
    private static final int MASTERS = 1_000;
    private static final int ADDED = 200;

    private final PlanOrder bySlots = order(Optional.empty());
    private final PlanOrder byKeys = order(Optional.of(weights()));

    /** Even shares of slots. */
    @Benchmark
    public PlanOutcome bySlots() {
        return Planner.plan(bySlots);
    }

    /** Even shares of keys, which slots have 40 to 80 of. */
    @Benchmark
    public PlanOutcome byKeys() {
        return Planner.plan(byKeys);
    }

    private static PlanOrder order(Optional<SlotWeights> weights) {
        return new PlanOrder(
                new Cluster(
                        IntStream.range(0, MASTERS).mapToObj(Planning::shard).toList()),
                IntStream.range(MASTERS, MASTERS + ADDED)
                        .mapToObj(Planning::member)
                        .toList(),
                List.of(),
                100,
                AttachOrder.AFTER_RESHARD,
                Map.of(),
                Duration.ZERO,
                "{}",
                SlotRanges.none(),
                weights);
    }

    private static Shard shard(int i) {
        int from = SlotRange.SLOTS * i / MASTERS;
        int to = SlotRange.SLOTS * (i + 1) / MASTERS - 1;
        return new Shard(member(i), List.of(), SlotRanges.of(new SlotRange(from, to)));
    }

    private static Member member(int i) {
        return new Member(
                new NodeId(String.format("%040x", i + 1)), new NodeAddress("10.0." + i / 250 + "." + i % 250, 7_000));
    }

    private static SlotWeights weights() {
        SplittableRandom random = new SplittableRandom(1);
        return SlotWeights.of(
                Balance.KEYS, random.longs(SlotRange.SLOTS, 40, 80).toArray());
    }
}
