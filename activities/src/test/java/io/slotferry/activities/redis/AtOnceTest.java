package io.slotferry.activities.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AtOnceTest {
    @Test
    void answers_stand_in_the_order_of_the_items() {
        List<Integer> items = IntStream.range(0, 100).boxed().toList();

        assertThat(AtOnce.map(items, item -> item * 2))
                .isEqualTo(items.stream().map(item -> item * 2).toList());
        assertThat(AtOnce.map(List.of(), item -> item)).isEmpty();
    }

    @Test
    void items_are_worked_on_side_by_side() {
        CyclicBarrier together = new CyclicBarrier(3);

        assertThat(AtOnce.map(List.of(1, 2, 3), item -> await(together))).containsOnly(true);
    }

    @Test
    void a_failure_is_thrown_once_all_items_have_ended() {
        Set<Integer> ended = new ConcurrentSkipListSet<>();

        assertThatThrownBy(() -> AtOnce.each(List.of(1, 2, 3, 4), item -> {
                    if (item == 2) {
                        throw new IllegalArgumentException("two");
                    }
                    ended.add(item);
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two");
        assertThat(ended).containsExactly(1, 3, 4);
    }

    private static boolean await(CyclicBarrier together) {
        try {
            together.await(1, TimeUnit.MINUTES);
            return true;
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
