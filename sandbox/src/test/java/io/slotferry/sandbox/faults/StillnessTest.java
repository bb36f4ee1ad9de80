package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.sandbox.faults.Stillness.Sign;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StillnessTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

    private final Stillness stillness = new Stillness(BEGIN);

    private boolean stuck(String steps, Optional<Duration> waits, Duration after) {
        return stillness.lasts(Optional.of(new Sign(steps, waits.map(BEGIN::plus))), BEGIN.plus(after));
    }

    @Test
    void a_run_that_makes_no_step_and_says_nothing_is_stuck_after_four_minutes() {
        assertThat(stuck("3", Optional.empty(), Duration.ZERO)).isFalse();
        assertThat(stuck("3", Optional.empty(), Duration.ofSeconds(239))).isFalse();
        assertThat(stuck("3", Optional.empty(), Duration.ofSeconds(241))).isTrue();
    }

    @Test
    void a_run_that_is_merely_slow_is_not() {
        for (int minutes = 0; minutes <= 27; minutes += 3) {
            assertThat(stuck("step " + minutes, Optional.empty(), Duration.ofMinutes(minutes)))
                    .isFalse();
        }
    }

    @Test
    void a_run_that_retries_for_its_full_patience_is_not_and_one_that_does_not_halt_then_is() {
        Optional<Duration> patience = Optional.of(Duration.ofMinutes(5).plusSeconds(30));
        assertThat(stuck("3", patience, Duration.ofSeconds(1))).isFalse();
        assertThat(stuck("3", patience, Duration.ofMinutes(7))).isFalse();
        assertThat(stuck("3", patience, Duration.ofMinutes(8))).isTrue();
    }

    @Test
    void a_run_that_is_named_by_a_temporal_that_does_not_answer_is_stuck_in_the_end() {
        assertThat(stillness.lasts(Optional.empty(), BEGIN.plusSeconds(239))).isFalse();
        assertThat(stillness.lasts(Optional.empty(), BEGIN.plusSeconds(241))).isTrue();
    }

    @Test
    void steps_without_end_are_no_end() {
        for (int minutes = 0; minutes < 30; minutes += 3) {
            assertThat(stuck("step " + minutes, Optional.empty(), Duration.ofMinutes(minutes)))
                    .isFalse();
        }
        assertThat(stuck("step 31", Optional.of(Duration.ofHours(1)), Duration.ofMinutes(31)))
                .isTrue();
    }
}
