package io.slotferry.activities.bigkeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.slots.FreeLifeline;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long SECOND = 1_000_000_000;

    private long now = 5 * SECOND;
    private final FreeLifeline lifeline = new FreeLifeline();
    private final Pace pace = new Pace(lifeline, 1_000, () -> now, nanos -> now += nanos);

    @Test
    void keys_are_counted_at_the_rate() {
        for (int page = 0; page < 40; page++) {
            pace.counted(25);
        }

        assertThat(now).isEqualTo(6 * SECOND);
    }

    @Test
    void what_a_slow_node_kept_from_being_counted_is_not_made_up_for_in_one_burst() {
        now += 10 * SECOND;

        pace.counted(1_000);

        assertThat(now).as("a tenth of a second of the ten").isEqualTo(15 * SECOND + 9 * SECOND / 10);
    }

    @Test
    void an_attempt_that_is_to_end_ends_before_the_next_page() {
        lifeline.stoppingWhen(() -> true);

        assertThatThrownBy(() -> pace.counted(25)).isInstanceOf(Lifeline.Superseded.class);
    }

    @Test
    void only_a_run_in_FAST_presses_on_and_replicas_more_than_masters() {
        Pace.Rates steady = Pace.Rates.of(Pacing.Mode.STEADY);
        Pace.Rates fast = Pace.Rates.of(Pacing.Mode.FAST);

        assertThat(fast.of(false)).isGreaterThan(steady.of(false));
        assertThat(fast.of(true)).isGreaterThan(steady.of(true));
        assertThat(steady.of(true)).isGreaterThan(steady.of(false));
    }
}
