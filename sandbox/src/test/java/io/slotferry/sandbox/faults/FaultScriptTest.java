package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.sandbox.faults.FaultKind.Struck;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FaultScriptTest {
    private static final List<FaultScript> MANY =
            LongStream.range(0, 2_000).mapToObj(FaultScript::of).toList();

    @Test
    void the_same_seed_makes_the_same_script_and_another_one_another() {
        assertThat(FaultScript.of(7))
                .isEqualTo(FaultScript.of(7))
                .hasToString(FaultScript.of(7).toString());
        assertThat(MANY.stream().map(FaultScript::strikes).distinct().count()).isGreaterThan(1_990);
    }

    @Test
    void every_fault_and_every_shape_comes_up() {
        assertThat(MANY.stream().flatMap(script -> script.strikes().stream()).map(Strike::kind))
                .contains(FaultKind.values());
        assertThat(MANY.stream().map(script -> script.shape().masters()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(2, 3, 4);
        assertThat(MANY.stream().map(script -> script.shape().attachReplicas()).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("AUTO", "BEFORE_RESHARD", "AFTER_RESHARD");
        assertThat(MANY).anyMatch(FaultScript::rollsBack).anyMatch(script -> !script.rollsBack());
    }

    @Test
    void strikes_are_in_the_order_of_their_times() {
        assertThat(MANY).allSatisfy(script -> assertThat(script.strikes())
                .isNotEmpty()
                .isSortedAccordingTo(Comparator.comparing(Strike::since).thenComparing(Strike::atMillis)));
    }

    @Test
    void beside_a_stranger_nothing_befalls_a_node() {
        assertThat(MANY)
                .filteredOn(script ->
                        script.strikes().stream().anyMatch(s -> s.kind().struck() == Struck.SLOT))
                .isNotEmpty()
                .noneMatch(FaultScript::strikesNodes);
    }

    @Test
    void one_word_at_most_ends_the_run() {
        assertThat(MANY)
                .allMatch(script -> script.strikes().stream()
                                .filter(strike -> strike.kind().steers())
                                .count()
                        <= 1);
    }

    @Test
    void no_master_is_killed_that_would_take_its_data_along() {
        assertThat(MANY)
                .filteredOn(script -> script.has(FaultKind.MASTER_KILLED))
                .isNotEmpty()
                .allMatch(script -> script.shape().appendOnly()
                        || (script.shape().replicas() && script.shape().masters() >= 3));
    }
}
