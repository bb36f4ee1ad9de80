package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.Balance;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotWeights;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class WeighedSlotsTest {
    private static SlotWeights some() {
        Random random = new Random(1);
        return SlotWeights.of(
                Balance.MEMORY,
                LongStream.generate(() -> random.nextLong(1L << random.nextInt(50)))
                        .limit(SlotRange.SLOTS)
                        .toArray());
    }

    @Test
    void numbers_come_back_as_they_were() {
        assertThat(WeighedSlots.of(some(), "weighed").slots()).isEqualTo(some());
    }

    @Test
    void the_keys_of_a_million_fit_the_history_well() {
        Random random = new Random(1);
        long[] keys = LongStream.generate(() -> 61 + Math.round(random.nextGaussian() * 8))
                .limit(SlotRange.SLOTS)
                .toArray();

        assertThat(WeighedSlots.of(SlotWeights.of(Balance.KEYS, keys), "").weights())
                .hasSizeLessThan(20_000);
    }

    @Test
    void a_text_that_is_cut_short_is_refused() {
        WeighedSlots whole = WeighedSlots.of(some(), "weighed");
        WeighedSlots cut = new WeighedSlots(whole.balance(), whole.weights().substring(0, 400), whole.how());

        assertThatThrownBy(cut::slots)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("damaged");
    }
}
