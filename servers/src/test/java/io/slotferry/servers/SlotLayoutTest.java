package io.slotferry.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlotLayoutTest {
    @Test
    void even_shares_cover_every_slot_and_differ_by_at_most_one() {
        SlotLayout layout = SlotLayout.even(3);
        assertThat(IntStream.range(0, 3).map(master -> layout.slots(master).length))
                .containsExactlyInAnyOrder(5461, 5461, 5462);
        assertThat(layout.bounds(0)[0]).isZero();
        assertThat(layout.bounds(2)[1]).isEqualTo(16_383);
    }

    @Test
    void ranges_single_slots_and_empty_masters_are_read() {
        SlotLayout layout = SlotLayout.parse(List.of("0-99 101-16383", "100", ""));
        assertThat(layout.bounds(0)).containsExactly(0, 99, 101, 16_383);
        assertThat(layout.bounds(1)).containsExactly(100, 100);
        assertThat(layout.bounds(2)).isEmpty();
    }

    @Test
    void a_slot_left_out_or_given_twice_is_refused() {
        assertThatThrownBy(() -> SlotLayout.parse(List.of("0-99", "101-16383")))
                .hasMessageContaining("each of the 16,384 slots");
        assertThatThrownBy(() -> SlotLayout.parse(List.of("0-100", "100-16383")))
                .hasMessageContaining("two masters");
        assertThatThrownBy(() -> SlotLayout.parse(List.of("0-16384"))).hasMessageContaining("16,384");
    }
}
