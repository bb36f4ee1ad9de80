package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.slotferry.activities.pacing.Cause;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.PacingState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MoveMetersTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MoveMeters meters = new MoveMeters(registry);

    private static PacingState at(double percent) {
        return new PacingState(Map.of(), percent, 0, 100, 0, PacingState.Trend.USUAL);
    }

    private double speed(String run) {
        return registry.get("slotferry.pacing.speed").tag("run", run).gauge().value();
    }

    private double latency(String figure, String when) {
        return registry.get("slotferry.client.latency")
                .tags("run", "orders", "figure", figure, "when", when)
                .gauge()
                .value();
    }

    @Test
    void what_moves_is_counted_over_all_batches_of_a_run_and_each_run_for_itself() {
        meters.of("orders").moved(8);
        meters.of("orders").carried(100, 9_000);
        meters.of("orders").moved(2);
        meters.of("carts").moved(1);

        assertThat(registry.get("slotferry.slots.moved")
                        .tag("run", "orders")
                        .counter()
                        .count())
                .isEqualTo(10);
        assertThat(registry.get("slotferry.keys.moved")
                        .tag("run", "orders")
                        .counter()
                        .count())
                .isEqualTo(100);
        assertThat(registry.get("slotferry.bytes.moved")
                        .tag("run", "orders")
                        .counter()
                        .count())
                .isEqualTo(9_000);
        assertThat(registry.get("slotferry.slots.moved")
                        .tag("run", "carts")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void how_often_it_became_slower_is_told_with_what_for() {
        meters.of("orders").slowed(Cause.REPLICATION_LAG);
        meters.of("orders").slowed(Cause.REPLICATION_LAG);

        assertThat(registry.get("slotferry.pacing.slowdowns")
                        .tags("run", "orders", "cause", "replication-lag")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("slotferry.pacing.slowdowns")
                        .tags("run", "orders", "cause", "latency")
                        .counter()
                        .count())
                .isZero();
    }

    @Test
    void speed_and_latency_are_those_of_the_moment_and_hold_over_the_pause_after_a_batch() {
        AtomicReference<PacingState> state = new AtomicReference<>(at(5));
        ClientLatency felt = new ClientLatency(210, 600, 200, 500, true);
        meters.of("orders").pacing(() -> Optional.of(state.get()), () -> Optional.of(felt));
        assertThat(speed("orders")).isEqualTo(0.05);
        state.set(at(38));
        assertThat(speed("orders")).isEqualTo(0.38);

        meters.of("orders").paced(Optional.of(at(40)), Optional.of(felt));

        assertThat(speed("orders")).isEqualTo(0.4);
        assertThat(latency("mean", "now")).isEqualTo(0.000_21);
        assertThat(latency("p99", "now")).isEqualTo(0.000_6);
        assertThat(latency("mean", "baseline")).isEqualTo(0.000_2);
        assertThat(latency("p99", "baseline")).isEqualTo(0.000_5);
    }

    @Test
    void a_run_in_another_pacing_has_no_speed() {
        meters.of("orders").pacing(Optional::empty, Optional::empty);

        assertThat(speed("orders")).isNaN();
        assertThat(latency("p99", "now")).isNaN();
    }
}
