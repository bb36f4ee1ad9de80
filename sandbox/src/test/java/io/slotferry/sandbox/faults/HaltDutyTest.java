package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class HaltDutyTest {
    private static final List<String> LEGAL = List.of("retry", "rollback", "stop-here", "cancel");

    @Test
    void a_halt_is_retried_three_times_then_rolled_back_then_stopped_and_then_left() {
        HaltDuty duty = new HaltDuty(true);

        assertThat(words(duty, 15, true))
                .startsWith("retry", "retry", "retry", "rollback", "retry")
                .containsSubsequence("rollback", "stop-here", "cancel")
                .endsWith("retry");
        assertThat(duty.next(LEGAL, true)).isEmpty();
    }

    @Test
    void while_faults_go_on_it_is_retried_alone_and_again_once_all_is_quiet() {
        HaltDuty duty = new HaltDuty(true);

        assertThat(words(duty, 5, false)).containsExactly("retry", "retry", "retry");
        duty.rested();
        assertThat(duty.next(LEGAL, true)).contains("retry");
    }

    @Test
    void what_is_not_legal_is_not_said() {
        HaltDuty duty = new HaltDuty(true);

        assertThat(duty.next(List.of("cancel"), true)).contains("cancel");
        assertThat(duty.next(List.of(), true)).isEmpty();
    }

    @Test
    void who_does_not_roll_back_stops() {
        assertThat(words(new HaltDuty(false), 10, true))
                .doesNotContain("rollback")
                .contains("stop-here");
    }

    private static List<String> words(HaltDuty duty, int looks, boolean quiet) {
        return java.util.stream.IntStream.range(0, looks)
                .mapToObj(i -> duty.next(LEGAL, quiet))
                .flatMap(java.util.Optional::stream)
                .toList();
    }
}
