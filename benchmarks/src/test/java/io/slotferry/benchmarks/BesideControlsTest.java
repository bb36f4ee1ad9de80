package io.slotferry.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class BesideControlsTest {
    @Test
    void a_change_is_between_medians_and_a_spread_that_of_the_controls() {
        BesideControls p99 = BesideControls.of("p99", of(100, 110, 120, 130), of(138, 138, 999));
        assertThat(p99.change()).isCloseTo(20, within(1e-9));
        assertThat(p99.spread()).isCloseTo(30, within(1e-9));
    }

    @Test
    void ten_percent_are_within_and_so_is_what_the_controls_lie_apart() {
        assertThat(new BesideControls("p99", 10, 2).within()).isTrue();
        assertThat(new BesideControls("p99", 11, 2).within()).isFalse();
        assertThat(new BesideControls("p99", 40, 45).within()).isTrue();
        assertThat(new BesideControls("p99", -90, 0).within()).isTrue();
    }

    @Test
    void controls_that_lie_far_apart_or_measured_nothing_say_nothing() {
        assertThat(new BesideControls("p99", 0, 50).valid()).isTrue();
        assertThat(new BesideControls("p99", 0, 51).valid()).isFalse();
        assertThat(BesideControls.of("p99", of(0, 0), of(1)).valid()).isFalse();
    }

    @Test
    void the_verdict_is_over_all_figures_and_shows_each() {
        BesideControls mean = new BesideControls("mean", 3.4, 4);
        assertThat(BesideControls.verdict(List.of(mean, new BesideControls("p99", 16, 19))))
                .isEqualTo("within 10 % or what the controls lie apart: mean +3 % (4 %), p99 +16 % (19 %)");
        assertThat(BesideControls.verdict(List.of(mean, new BesideControls("p99", 16, 12))))
                .isEqualTo("NOT within 10 % or what the controls lie apart: mean +3 % (4 %), p99 +16 % (12 %)");
        assertThat(BesideControls.verdict(List.of(mean, new BesideControls("p99", -2, 63))))
                .isEqualTo("INVALID, controls lie more than 50 % apart: this machine has other things to do; "
                        + "mean +3 % (4 %), p99 -2 % (63 %)");
    }

    private static Repeated of(double... figures) {
        return Repeated.of(DoubleStream.of(figures));
    }
}
