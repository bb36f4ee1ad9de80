package io.slotferry.activities.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.slotferry.activities.pacing.Reading.Latency;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PacingState.Baseline;
import io.slotferry.workflows.contract.PacingState.Trend;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class SpeedControllerTest {
    private static final NodeAddress NODE = NodeAddress.parse("10.0.0.1:7000");
    private static final Baseline USUAL = new Baseline(1_000, 5_000, 1_080, 5_400);
    private static final Latency CALM = new Latency(1_000, 5_000, 125, 1);
    private static final Latency LOUD = new Latency(1_500, 8_000, 125, 6);
    private static final Latency SOMEWHAT_OVER = new Latency(1_000, 6_000, 125, 3);
    private static final Latency FAR_OVER = new Latency(4_000, 20_000, 125, 9);

    private static PacingState at(double speed) {
        return new PacingState(Map.of(), speed, 0, 100, 0, Trend.USUAL);
    }

    private static Reading felt(Latency latency) {
        return new Reading(NODE, Optional.of(latency), USUAL, List.of());
    }

    private static SpeedController controller(double speed) {
        return new SpeedController(10, at(speed));
    }

    private static void look(SpeedController controller, Latency latency) {
        controller.look(List.of(felt(latency)));
    }

    /** So many looks at which clients of so many nodes notice nothing. */
    private static void calm(SpeedController controller, int looks, int nodes) {
        IntStream.range(0, looks).forEach(look -> controller.look(Collections.nCopies(nodes, felt(CALM))));
    }

    /** After a look at which nodes gave so many answers, of which nobody noticed anything. */
    private static double grown(double level, double answers) {
        return level * (1 + answers / 16_000);
    }

    @Test
    void what_clients_of_the_slowest_nodes_feel_stands_beside_their_baselines_and_a_silent_node_says_nothing() {
        Reading other = new Reading(
                NODE, Optional.of(new Latency(400, 9_000, 125, 2)), new Baseline(300, 6_000, 310, 6_100), List.of());
        Reading silent = new Reading(NODE, Optional.empty(), new Baseline(9_000, 90_000, 9_000, 90_000), List.of());

        assertThat(AdaptivePacer.latency(List.of(felt(LOUD), other, silent)))
                .contains(new ClientLatency(1_500, 9_000, 1_000, 6_000, true));
        assertThat(AdaptivePacer.latency(List.of(silent))).isEmpty();
    }

    @Test
    void while_clients_notice_nothing_it_comes_to_full_speed_and_stays_there() {
        SpeedController controller = controller(20);
        calm(controller, 210, 1);
        assertThat(controller.level()).isEqualTo(1);
        look(controller, CALM);
        assertThat(controller.level()).isEqualTo(1);
        assertThat(controller.text())
                .isEqualTo(
                        "ADAPTIVE: 100 % of full speed; p99 of 10.0.0.1:7000 at 5.0 ms, baseline 5.0 ms, budget 10 %");
    }

    @Test
    void looks_somewhat_over_the_budget_hold_the_speed_and_halve_it_once_the_trend_is_over_it() {
        SpeedController controller = controller(100);
        IntStream.range(0, 5).forEach(look -> look(controller, SOMEWHAT_OVER));
        for (int look = 5; look < 10; look++) {
            look(controller, SOMEWHAT_OVER);
            assertThat(controller.level()).isEqualTo(1);
        }
        look(controller, SOMEWHAT_OVER);
        assertThat(controller.level()).isEqualTo(0.5);
        assertThat(controller.text())
                .isEqualTo(
                        "ADAPTIVE: 50 % of full speed; p99 of 10.0.0.1:7000 at 6.0 ms, baseline 5.0 ms, budget 10 %");
    }

    @Test
    void a_trend_goes_on_from_batch_to_batch_and_begins_anew_after_a_slowdown() {
        SpeedController first = controller(80);
        IntStream.range(0, 10).forEach(look -> look(first, SOMEWHAT_OVER));
        PacingState after = first.state(at(80));
        assertThat(after.trend().p99()).isCloseTo(1.106, within(0.001));

        SpeedController next = new SpeedController(10, after);
        look(next, SOMEWHAT_OVER);
        assertThat(next.state(after))
                .returns(1, PacingState::slowdowns)
                .returns(new Trend(1, 1.055), PacingState::trend);
    }

    @Test
    void a_slow_speed_grows_by_no_larger_part_of_itself_than_a_look_adds_to_what_is_known_of_late_answers() {
        SpeedController ofOneNode = controller(1);
        calm(ofOneNode, 2, 1);
        assertThat(ofOneNode.level()).isCloseTo(grown(grown(0.01, 125), 125), within(1e-9));

        SpeedController ofEight = controller(1);
        calm(ofEight, 1, 8);
        assertThat(ofEight.level()).isCloseTo(grown(0.01, 8 * 125), within(1e-9));

        SpeedController ofAHundred = controller(1);
        calm(ofAHundred, 1, 100);
        assertThat(ofAHundred.level()).as("a quarter at most").isCloseTo(0.0125, within(1e-9));
    }

    @Test
    void a_run_whose_batches_last_for_one_look_each_becomes_faster_as_well() {
        PacingState state = PacingState.FIRST;
        double expected = state.speed();
        for (int batch = 0; batch < 100; batch++) {
            SpeedController controller = new SpeedController(10, state);
            look(controller, CALM);
            state = controller.state(state);
            expected = grown(expected, 125);
        }
        assertThat(state.speed()).isCloseTo(expected, within(0.001)).isGreaterThan(0.2);
    }

    @Test
    void what_it_says_of_its_speed_is_what_the_next_batch_begins_with() {
        SpeedController controller = controller(0.2451);
        look(controller, CALM);
        double told = controller.state(at(0)).speed();
        assertThat(controller.text()).startsWith("ADAPTIVE: " + PacingState.percent(told) + " of full speed; ");
    }

    @Test
    void a_fast_speed_grows_step_by_step() {
        SpeedController controller = controller(50);
        calm(controller, 1, 8);
        assertThat(controller.level()).isCloseTo(0.51, within(1e-9));
        calm(controller, 1, 8);
        assertThat(controller.level()).isCloseTo(0.52, within(1e-9));
    }

    @Test
    void while_more_answers_are_late_than_half_of_what_chance_makes_of_one_in_a_hundred_it_does_not_become_faster() {
        SpeedController controller = controller(20);
        for (int look = 0; look < 5; look++) {
            look(controller, new Latency(1_000, 5_000, 125, 3));
        }
        double held = controller.level();
        look(controller, new Latency(1_000, 5_000, 125, 3));
        assertThat(controller.level()).isEqualTo(held);
        IntStream.range(0, 3).forEach(look -> look(controller, new Latency(1_000, 5_000, 125, 0)));
        assertThat(controller.level()).isGreaterThan(held);
    }

    @Test
    void one_node_of_many_whose_p99_is_twice_as_high_at_one_look_is_chance() {
        SpeedController controller = controller(80);
        Reading calm = felt(CALM);
        controller.look(List.of(felt(new Latency(1_000, 10_000, 125, 2)), calm, calm, calm));
        assertThat(controller.state(at(80)).slowdowns()).isZero();
    }

    @Test
    void a_latency_far_over_the_budget_halves_the_speed_at_once() {
        SpeedController controller = controller(80);
        look(controller, FAR_OVER);
        assertThat(controller.level()).isEqualTo(0.4);
    }

    @Test
    void a_node_that_does_not_answer_halves_the_speed_at_once() {
        SpeedController controller = controller(80);
        controller.look(List.of(felt(CALM), new Reading(NODE, Optional.empty(), USUAL, List.of())));
        assertThat(controller.level()).isEqualTo(0.4);
        assertThat(controller.text()).endsWith("10.0.0.1:7000 did not answer the probe");
    }

    @Test
    void a_node_that_has_too_much_to_do_halves_the_speed_whatever_its_latency() {
        SpeedController controller = controller(80);
        controller.look(List.of(new Reading(
                NODE, Optional.of(CALM), USUAL, List.of(new Pressure(Cause.CPU, "10.0.0.1:7000: CPU 95 %")))));
        assertThat(controller.level()).isEqualTo(0.4);
        assertThat(controller.text()).isEqualTo("ADAPTIVE: 40 % of full speed; 10.0.0.1:7000: CPU 95 %");
    }

    @Test
    void after_a_slowdown_it_recovers_step_by_step() {
        SpeedController controller = controller(80);
        look(controller, FAR_OVER);
        calm(controller, 2, 8);
        assertThat(controller.level()).isCloseTo(0.42, within(1e-9));
    }

    @Test
    void near_the_speed_that_clients_noticed_it_becomes_faster_by_small_steps_at_first() {
        SpeedController controller = controller(40);
        look(controller, FAR_OVER);
        calm(controller, 16, 8);
        assertThat(controller.level()).isCloseTo(0.36, within(1e-9));
        calm(controller, 1, 8);
        assertThat(controller.level()).isCloseTo(0.362, within(1e-9));
        calm(controller, 1, 8);
        assertThat(controller.level()).isCloseTo(0.3646, within(1e-9));
        calm(controller, 80, 8);
        assertThat(controller.level()).isEqualTo(1);
    }

    @Test
    void the_pause_becomes_shorter_with_each_batch_that_nobody_noticed_until_there_is_none() {
        PacingState state = PacingState.FIRST;
        int batches = 0;
        while (state.pauseShare() > 0) {
            SpeedController controller = new SpeedController(10, state);
            look(controller, CALM);
            PacingState next = controller.state(state);
            assertThat(next.pauseShare()).isLessThan(state.pauseShare());
            state = next;
            batches++;
        }
        assertThat(batches).isEqualTo(4);
    }

    @Test
    void the_pause_becomes_longer_again_after_a_batch_that_clients_noticed_and_that_cannot_go_slower() {
        PacingState without = new PacingState(Map.of(), 0.15, 0, 0, 0, Trend.USUAL);
        SpeedController controller = new SpeedController(10, without);
        look(controller, FAR_OVER);
        assertThat(controller.state(without))
                .returns(25, PacingState::pauseShare)
                .returns(0.1, PacingState::speed)
                .returns(1, PacingState::slowdowns);

        PacingState whole = new PacingState(Map.of(), 80, 0, 100, 0, Trend.USUAL);
        SpeedController fast = new SpeedController(10, whole);
        look(fast, FAR_OVER);
        assertThat(fast.state(whole)).returns(50, PacingState::pauseShare).returns(40.0, PacingState::speed);
    }

    @Test
    void a_baseline_is_the_median_of_its_looks_and_the_p99_of_all_of_them_and_how_far_they_lie_apart() {
        List<Latency> looks = IntStream.rangeClosed(1, 7)
                .mapToObj(look -> new Latency(100 + look, 1_000 - 10 * look, 62, 0))
                .toList();
        assertThat(AdaptivePacer.baseline(looks)).isEqualTo(new Baseline(104, 930, 107, 960));
    }

    @Test
    void a_baseline_follows_what_clients_feel_while_nothing_moves_and_forgets_a_high_look_slowly() {
        Baseline later = USUAL.after(1_800);
        assertThat(later).isEqualTo(new Baseline(1_100, 5_500, 1_800, 5_940));
        for (int look = 0; look < 40; look++) {
            later = later.after(1_800);
        }
        assertThat(later.mean()).isBetween(1_780L, 1_800L);
        assertThat(later.p99()).isBetween(8_900L, 9_000L);
    }

    @Test
    void clients_commands_count_with_the_time_that_they_take() {
        Baseline baseline = new Baseline(100, 900, 100, 900).serving(900);
        Reading reading = new Reading(NODE, Optional.of(new Latency(180, 1_000, 125, 0)), baseline, List.of());
        assertThat(reading.mean(reading.felt().orElseThrow()).ratio()).isCloseTo(1.08, within(0.01));
        assertThat(reading.p99(reading.felt().orElseThrow()).text())
                .isEqualTo("p99 of 10.0.0.1:7000 at 1.9 ms, baseline 1.8 ms");
    }

    @Test
    void an_answer_is_late_that_takes_longer_than_the_p99_with_the_budget_over_what_clients_wait_for() {
        assertThat(Reading.lateOver(new Baseline(100, 900, 100, 900).serving(900), 10))
                .isEqualTo(1_090);
    }

    @Test
    void one_late_answer_in_a_hundred_is_what_a_p99_is_and_three_are_over_it_however_short_the_looks() {
        SpeedController controller = controller(100);
        for (int look = 0; look < 100; look++) {
            look(controller, new Latency(1_000, 5_000, 20, look % 5 == 0 ? 1 : 0));
        }
        assertThat(controller.level()).isEqualTo(1);
        for (int look = 0; look < 100; look++) {
            look(controller, new Latency(1_000, 6_000, 20, look % 5 < 3 ? 1 : 0));
        }
        assertThat(controller.level()).isLessThan(0.6);
    }

    @Test
    void a_look_at_which_many_answers_are_late_is_believed_at_once() {
        SpeedController controller = controller(80);
        look(controller, new Latency(1_000, 9_000, 125, 9));
        assertThat(controller.level()).isEqualTo(0.4);
    }

    @Property
    void whatever_is_felt_the_speed_stays_within_its_bounds(
            @ForAll @IntRange(min = 0, max = 1_000) int before,
            @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 10_000_000) Long> p99s) {
        SpeedController controller = controller(before);
        for (long p99 : p99s) {
            look(controller, new Latency(p99 / 2, p99, 125, p99 > 5_500 ? 3 : 0));
            assertThat(controller.level()).isBetween(SpeedController.SLOWEST, 1.0);
            Speed speed = Speed.at(controller.level());
            assertThat(speed.callBudget().toNanos()).isBetween(250_000L, 5_000_000L);
            assertThat(speed.window()).isEqualTo(128);
            assertThat(speed.duty()).isBetween(2 * SpeedController.SLOWEST, 1.0);
            assertThat(speed.lanes()).isEqualTo(speed.duty());
        }
    }

    @Property
    void every_slowdown_halves_the_speed_and_no_look_raises_it_by_more_than_a_step(
            @ForAll @Size(min = 1, max = 60) List<@LongRange(min = 0, max = 30_000) Long> p99s) {
        SpeedController controller = controller(100);
        int slowdowns = 0;
        for (long p99 : p99s) {
            double level = controller.level();
            look(controller, new Latency(1_000, p99, 125, p99 > 5_500 ? 3 : 0));
            int now = controller.state(at(100)).slowdowns();
            if (now > slowdowns) {
                assertThat(controller.level()).isEqualTo(Math.max(SpeedController.SLOWEST, level / 2));
            } else {
                assertThat(controller.level()).isBetween(level, level + 0.01 + 1e-9);
            }
            slowdowns = now;
        }
    }

    @Property
    void noise_as_large_as_the_baselines_own_is_never_taken_for_a_slowdown(@ForAll Random noise) {
        SpeedController controller = controller(60);
        for (int look = 0; look < 100; look++) {
            look(
                    controller,
                    new Latency(
                            noise.nextLong(900, USUAL.highestMean() + 1),
                            noise.nextLong(4_000, USUAL.highestP99() + 1),
                            125,
                            noise.nextLong(0, 3)));
        }
        assertThat(controller.level()).isEqualTo(1);
        assertThat(controller.state(at(60)).slowdowns()).isZero();
    }

    /** A node whose p99 grows with the speed: over the budget from somewhere on. */
    @Property
    void it_settles_around_the_speed_that_the_budget_allows(@ForAll @IntRange(min = 10, max = 90) int allowed) {
        SpeedController controller = controller(20);
        int over = 0;
        for (int look = 0; look < 400; look++) {
            boolean noticed = controller.level() * 100 > allowed;
            over += noticed ? 1 : 0;
            look(controller, noticed ? LOUD : CALM);
            assertThat(controller.level() * 100).isLessThanOrEqualTo(Math.max(20, allowed + 1 + 1e-6));
        }
        assertThat(over).isLessThan(400 / 2);
        assertThat(controller.level() * 100).isGreaterThanOrEqualTo(allowed / 2.0 - 5);
    }
}
