package io.slotferry.sandbox.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.SlotRanges;
import io.slotferry.sandbox.Acknowledged;
import io.slotferry.sandbox.Finding;
import io.slotferry.sandbox.Finding.Fault;
import io.slotferry.sandbox.faults.Timeline.Sighting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Slots 0-99 are shard A's, 100-199 shard B's; slot 50 goes from A to B at 60 s, open from 58 s on. A's master dies at 100 s. */
class LossesTest {
    private static final long START = 1_000_000;
    private static final long DEATH = at(100);
    private static final LossWindow WINDOW = LossWindow.ofDeath("a:1", DEATH, "master killed");

    private static final Timeline TIMELINE = new Timeline(List.of(
            master(0, "a:1", "0-99", Map.of()),
            master(0, "b:1", "100-199", Map.of()),
            replica(0, "a:2", "a:1"),
            master(58, "a:1", "0-99", Map.of(50, "b:1")),
            master(60, "a:1", "0-49,51-99", Map.of()),
            master(60, "b:1", "50,100-199", Map.of()),
            Sighting.silence(at(100), "a:1"),
            master(104, "a:2", "0-49,51-99", Map.of())));

    private static long at(int second) {
        return START + second * 1_000L;
    }

    private static Sighting master(int second, String address, String slots, Map<Integer, String> open) {
        return new Sighting(at(second), address, true, true, "", SlotRanges.parse(slots), open);
    }

    private static Sighting replica(int second, String address, String master) {
        return new Sighting(at(second), address, true, false, master, SlotRanges.none(), Map.of());
    }

    private static Finding lost(int slot) {
        return new Finding(Fault.LOST, "key", slot, "", "value", "no key");
    }

    private static Losses tell(Finding finding, LossWindow window, Acknowledged writes) {
        return Losses.tell(List.of(finding), Set.of(), Set.of(), Map.of("key", writes), TIMELINE, List.of(window));
    }

    private static Acknowledged written(int... seconds) {
        List<Long> times = new ArrayList<>();
        for (int second : seconds) {
            times.add(at(second));
        }
        return new Acknowledged(true, times);
    }

    @Test
    void what_was_written_to_a_shard_just_before_its_master_died_was_lost_by_the_servers() {
        Losses losses = tell(lost(10), WINDOW, written(98));

        assertThat(losses.byMovement()).isEmpty();
        assertThat(losses.replicated()).isEqualTo(1);
        assertThat(losses.byReplication().keySet()).singleElement().asString().contains("master killed");
    }

    @Test
    void what_was_written_long_before_was_not() {
        assertThat(tell(lost(10), WINDOW, written(80)).byMovement()).hasSize(1);
    }

    @Test
    void what_was_written_after_it_was_not() {
        assertThat(tell(lost(10), WINDOW, written(98, 110)).byMovement()).hasSize(1);
    }

    @Test
    void a_part_of_a_collection_may_have_been_lost_then_and_others_written_later() {
        Acknowledged parts = new Acknowledged(false, List.of(at(98), at(110)));

        assertThat(tell(lost(10), WINDOW, parts).byMovement()).isEmpty();
    }

    @Test
    void what_was_written_to_another_shard_then_was_not() {
        assertThat(tell(lost(150), WINDOW, written(98)).byMovement()).hasSize(1);
    }

    @Test
    void an_old_write_that_was_on_its_way_when_an_end_died_was_lost_by_the_servers() {
        assertThat(tell(lost(50), LossWindow.ofDeath("a:1", at(61), "source killed"), written(3))
                        .byMovement())
                .isEmpty();
        assertThat(tell(lost(50), LossWindow.ofDeath("b:1", at(59), "target killed"), written(3))
                        .byMovement())
                .isEmpty();
        assertThat(tell(lost(50), LossWindow.ofDeath("b:1", at(90), "target killed"), written(3))
                        .byMovement())
                .hasSize(1);
    }

    @Test
    void a_shard_is_the_same_after_its_replica_took_over() {
        assertThat(TIMELINE.takeovers()).extracting(Timeline.Takeover::address).containsExactly("a:2");
        assertThat(tell(lost(10), LossWindow.ofDeath("a:2", DEATH, "by its replica"), written(98))
                        .byMovement())
                .isEmpty();
    }

    @Test
    void a_key_that_nobody_wrote_is_excused_by_movement_alone() {
        Finding orphan = new Finding(Fault.ORPHAN, "data:1", 10, "", "", "");

        assertThat(Losses.tell(List.of(orphan), Set.of(), Set.of(), Map.of(), TIMELINE, List.of(WINDOW))
                        .byMovement())
                .containsExactly(orphan);
    }

    @Test
    void the_keys_of_an_open_slot_may_lie_on_either_end_but_not_be_lost() {
        Finding there = new Finding(Fault.ORPHAN, "data:1", 10, "", "", "");

        assertThat(Losses.tell(List.of(there, lost(10)), Set.of(10), Set.of(), Map.of(), TIMELINE, List.of())
                        .byMovement())
                .containsExactly(lost(10));
    }

    @Test
    void keys_over_which_a_run_was_ended_are_counted_apart_and_those_of_other_slots_are_not_excused() {
        Losses losses =
                Losses.tell(List.of(lost(10), lost(11)), Set.of(10, 11), Set.of(10), Map.of(), TIMELINE, List.of());

        assertThat(losses.byMovement()).containsExactly(lost(11));
        assertThat(losses.replicated()).isEqualTo(1);
    }

    @Test
    void without_any_fault_everything_is_slotferrys() {
        assertThat(Losses.tell(List.of(lost(10)), Set.of(), Set.of(), Map.of("key", written(98)), TIMELINE, List.of())
                        .byMovement())
                .hasSize(1);
    }
}
