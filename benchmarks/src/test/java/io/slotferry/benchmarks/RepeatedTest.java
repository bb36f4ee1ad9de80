package io.slotferry.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class RepeatedTest {
    @Test
    void the_median_of_an_odd_number_is_the_middle_one_whatever_the_order() {
        assertThat(of(9, 1, 4).median()).isEqualTo(4);
        assertThat(of(7).median()).isEqualTo(7);
    }

    @Test
    void the_median_of_an_even_number_lies_between_the_middle_two() {
        assertThat(of(10, 1, 4, 2).median()).isEqualTo(3);
    }

    @Test
    void the_spread_is_how_far_the_highest_is_over_the_lowest_in_percent() {
        assertThat(of(120, 100, 110).spread()).isCloseTo(20, within(1e-9));
        assertThat(of(5).spread()).isZero();
        assertThat(of(3, 1, 2).lowest()).isEqualTo(1);
        assertThat(of(3, 1, 2).highest()).isEqualTo(3);
    }

    @Test
    void nothing_has_no_median() {
        assertThatThrownBy(() -> of()).isInstanceOf(IllegalArgumentException.class);
    }

    private static Repeated of(double... figures) {
        return Repeated.of(DoubleStream.of(figures));
    }
}
