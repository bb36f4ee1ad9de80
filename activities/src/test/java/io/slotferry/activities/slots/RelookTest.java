package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class RelookTest {
    @Test
    void a_look_that_says_wait_keeps_its_lane_from_going_on_and_the_next_one_looks_again() {
        AtomicInteger looks = new AtomicInteger();
        AtomicInteger parts = new AtomicInteger();
        Relook relook = new Relook(Duration.ZERO, () -> {
            if (looks.incrementAndGet() == 1) {
                throw new IllegalStateException("busy");
            }
        });

        assertThatThrownBy(() -> relook.turn(parts::incrementAndGet)).hasMessage("busy");
        relook.turn(parts::incrementAndGet);

        assertThat(looks).hasValue(2);
        assertThat(parts).hasValue(1);
    }

    @Test
    void before_it_is_time_nothing_is_looked_at() {
        Relook relook = new Relook(Duration.ofDays(1), () -> {
            throw new AssertionError("looked");
        });
        AtomicInteger parts = new AtomicInteger();
        relook.turn(parts::incrementAndGet);
        assertThat(parts).hasValue(1);
    }

    @Test
    void while_it_looks_no_lane_has_a_slot_in_hand() throws Exception {
        AtomicInteger atWork = new AtomicInteger();
        AtomicBoolean seenAtWork = new AtomicBoolean();
        AtomicInteger looks = new AtomicInteger();
        Relook relook = new Relook(Duration.ZERO, () -> {
            looks.incrementAndGet();
            seenAtWork.compareAndSet(false, atWork.get() > 0);
        });
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> lanes = new ArrayList<>();
            for (int lane = 0; lane < 4; lane++) {
                lanes.add(pool.submit(() -> {
                    for (int part = 0; part < 200; part++) {
                        relook.turn(() -> {
                            atWork.incrementAndGet();
                            LockSupport.parkNanos(1_000);
                            atWork.decrementAndGet();
                        });
                    }
                }));
            }
            for (Future<?> lane : lanes) {
                lane.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(looks.get()).isPositive();
        assertThat(seenAtWork).isFalse();
    }
}
