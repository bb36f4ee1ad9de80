package io.slotferry.planning;

import static io.slotferry.planning.Clusters.even;
import static io.slotferry.planning.Clusters.keeping;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.weighing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.PlanOutcome.Planned;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

class WeightedPlanTest {
    private static SlotWeights keys(long[] weights) {
        return SlotWeights.of(Balance.KEYS, weights);
    }

    /** As keys spread over slots where some slots are favoured: none, all the same, skewed, few. */
    private static long[] weights(int kind, Random random) {
        return switch (kind) {
            case 0 -> new long[SlotRange.SLOTS];
            case 1 -> LongStream.generate(() -> 61).limit(SlotRange.SLOTS).toArray();
            case 2 ->
                LongStream.generate(() -> 40 + random.nextInt(40))
                        .limit(SlotRange.SLOTS)
                        .toArray();
            case 3 ->
                LongStream.generate(() -> (long) Math.exp(random.nextGaussian() * 2 + 5))
                        .limit(SlotRange.SLOTS)
                        .toArray();
            default ->
                LongStream.generate(() -> random.nextInt(200) == 0 ? random.nextInt(1_000_000) : 0)
                        .limit(SlotRange.SLOTS)
                        .toArray();
        };
    }

    private static long[] after(Plan plan, long[] weights) {
        int[] owner = Ownership.planned(plan);
        long[] after = new long[plan.shards().size()];
        IntStream.range(0, SlotRange.SLOTS).forEach(slot -> after[owner[slot]] += weights[slot]);
        return after;
    }

    @Property(tries = 30)
    @Domain(AnyClusters.class)
    @Domain(DomainContext.Global.class)
    void no_master_is_heavier_than_the_even_share_and_one_slot(
            @ForAll PlanOrder any, @ForAll @IntRange(max = 4) int kind, @ForAll long seed) {
        long[] weights = weights(kind, new Random(seed));

        PlanOutcome outcome = Planner.plan(weighing(any, keys(weights)));

        Assume.that(outcome instanceof Planned);
        Plan plan = ((Planned) outcome).plan();
        double share = (double) Arrays.stream(weights).sum() / plan.shards().size();
        long heaviest = Arrays.stream(weights).max().orElseThrow();
        assertThat(Arrays.stream(after(plan, weights)).max().orElseThrow())
                .isLessThanOrEqualTo((long) Math.ceil(share * 1.002 + heaviest));
    }

    @Example
    void small_plans_are_close_to_the_best_there_is() {
        double sum = 0;
        int cases = 200;
        for (int seed = 0; seed < cases; seed++) {
            Random random = new Random(seed);
            long[] weights = new long[SlotRange.SLOTS];
            int[] heavy = random.ints(0, SlotRange.SLOTS).distinct().limit(7).toArray();
            IntStream.of(heavy).forEach(slot -> weights[slot] = 1L + random.nextInt(100));
            Plan plan = planned(weighing(order(even(2), 1, 100), keys(weights)));
            long best =
                    best(IntStream.of(heavy).mapToLong(slot -> weights[slot]).toArray(), 3);
            double ratio = (double) Arrays.stream(after(plan, weights)).max().orElseThrow() / best;
            assertThat(ratio).as("seed " + seed).isLessThanOrEqualTo(1.5);
            sum += ratio;
        }
        assertThat(sum / cases).isLessThan(1.05);
    }

    /** The least that the heaviest of so many masters can weigh, by trying all. */
    private static long best(long[] weights, int masters) {
        long best = Long.MAX_VALUE;
        for (int code = 0; code < Math.pow(masters, weights.length); code++) {
            long[] sums = new long[masters];
            int rest = code;
            for (long weight : weights) {
                sums[rest % masters] += weight;
                rest /= masters;
            }
            best = Math.min(best, Arrays.stream(sums).max().orElseThrow());
        }
        return best;
    }

    @Example
    void slots_without_weight_are_shared_evenly() {
        Plan plan = planned(weighing(order(even(3), 1, 100), keys(new long[SlotRange.SLOTS])));

        assertThat(plan.shards()).extracting(PlannedShard::slotsAfter).allMatch(slots -> Math.abs(slots - 4_096) <= 4);
    }

    @Example
    void a_slot_heavier_than_a_share_stays_and_the_others_leave_its_master() {
        long[] weights = LongStream.generate(() -> 10).limit(SlotRange.SLOTS).toArray();
        weights[17] = 1_000_000;

        Plan plan = planned(weighing(order(even(3), 1, 100), keys(weights)));

        assertThat(Ownership.planned(plan)[17]).isZero();
        assertThat(plan.shards().get(0).slotsAfter()).isEqualTo(1);
        assertThat(Arrays.stream(after(plan, weights)).skip(1)).allMatch(weight -> Math.abs(weight - 54_610) < 110);
    }

    @Example
    void slots_heavier_than_a_share_come_to_masters_of_their_own() {
        long[] weights = LongStream.generate(() -> 10).limit(SlotRange.SLOTS).toArray();
        weights[17] = 3_000_000;
        weights[18] = 2_000_000;

        Plan plan = planned(weighing(order(even(3), 1, 100), keys(weights)));

        int[] owner = Ownership.planned(plan);
        assertThat(owner[17]).isZero();
        assertThat(owner[18]).isEqualTo(3);
        assertThat(plan.shards().get(0).slotsAfter()).isEqualTo(1);
        assertThat(plan.shards().get(3).slotsAfter()).isEqualTo(1);
    }

    @Example
    void kept_slots_stay_whatever_they_weigh() {
        SlotRanges kept = SlotRanges.parse("0-5000");
        long[] weights = weights(2, new Random(1));

        Plan plan = planned(keeping(weighing(order(even(3), 1, 100), keys(weights)), kept));

        assertThat(IntStream.rangeClosed(0, 5_000)).allMatch(slot -> Ownership.planned(plan)[slot] == 0);
        assertThat(plan.evenness()).isPresent();
    }

    @Example
    void the_plan_says_how_even_masters_become_and_keeps_ranges_whole() {
        long[] weights = weights(2, new Random(7));

        Plan plan = planned(weighing(order(even(3), 1, 100), keys(weights)));

        Evenness evenness = plan.evenness().orElseThrow();
        assertThat(evenness.leastBefore()).isZero();
        assertThat(evenness.mostAfter() - evenness.leastAfter()).isLessThan(400);
        assertThat(PlanText.render(plan, "orders")).contains("Chosen by keys: now 0 to ");
        assertThat(plan.shards().get(3).slotsAfter()).isBetween(4_050, 4_150);
        assertThat(SlotRanges.union(Clusters.lanes(plan).map(Lane::slots)).ranges())
                .hasSizeLessThan(20);
    }

    @Example
    void weights_are_16384_numbers() {
        assertThatThrownBy(() -> keys(new long[3])).hasMessageContaining("16,384");
        assertThatThrownBy(() -> SlotWeights.of(Balance.SLOTS, new long[SlotRange.SLOTS]))
                .hasMessageContaining("not weighed");
    }
}
