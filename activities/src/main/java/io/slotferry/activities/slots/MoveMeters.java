package io.slotferry.activities.slots;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.slotferry.activities.pacing.Cause;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.PacingState;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * What a worker's metrics tell of the slots that it moves, each of a run by its workflow ID. Nothing of it goes to other
 * workers. Safe for use by several threads.
 */
public final class MoveMeters {
    /** Between batches that is what holds; a run that ended or went to another worker has no figures here. */
    private static final long HOLDS_NANOS = TimeUnit.MINUTES.toNanos(5);

    private static final double MICROS = 1e6;
    private static final OfRun NONE = new OfRun(new CompositeMeterRegistry(), "none");

    private final MeterRegistry registry;
    private final Map<String, OfRun> runs = new ConcurrentHashMap<>();

    /** Keeps its meters in this registry. */
    public MoveMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Of a batch that nobody measures. */
    static OfRun none() {
        return NONE;
    }

    /** Those of a run. */
    OfRun of(String run) {
        return runs.computeIfAbsent(run, id -> new OfRun(registry, id));
    }

    /** What pacing said last, and how to ask what it says now. */
    private record Said(
            Supplier<Optional<PacingState>> pacing, Supplier<Optional<ClientLatency>> latency, long until) {}

    /** The meters of a run. */
    static final class OfRun {
        private final Counter slots;
        private final Counter keys;
        private final Counter bytes;
        private final Map<Cause, Counter> slowdowns = new EnumMap<>(Cause.class);
        private volatile Said said = new Said(Optional::empty, Optional::empty, Long.MAX_VALUE);

        private OfRun(MeterRegistry registry, String run) {
            slots = counter("slots.moved", "Slots that came to their targets", run)
                    .register(registry);
            keys = counter("keys.moved", "Keys that came to their targets", run).register(registry);
            bytes = counter("bytes.moved", "Bytes of memory that moved keys took on their sources", run)
                    .register(registry);
            for (Cause cause : Cause.values()) {
                slowdowns.put(
                        cause,
                        counter("pacing.slowdowns", "How often pacing ADAPTIVE became slower, and what for", run)
                                .tag("cause", cause.text())
                                .register(registry));
            }
            Gauge.builder("slotferry.pacing.speed", this, OfRun::speed)
                    .description("Part of full speed at which pacing ADAPTIVE moves slots")
                    .tag("run", run)
                    .register(registry);
            latency(registry, run, "mean", "now", ClientLatency::mean);
            latency(registry, run, "p99", "now", ClientLatency::p99);
            latency(registry, run, "mean", "baseline", ClientLatency::baselineMean);
            latency(registry, run, "p99", "baseline", ClientLatency::baselineP99);
        }

        private static Counter.Builder counter(String name, String description, String run) {
            return Counter.builder("slotferry." + name).description(description).tag("run", run);
        }

        private void latency(
                MeterRegistry registry, String run, String figure, String when, ToLongFunction<ClientLatency> micros) {
            Gauge.builder("slotferry.client.latency", this, meters -> meters.seconds(micros))
                    .description("What clients of a batch's masters feel while pacing ADAPTIVE moves slots")
                    .baseUnit("seconds")
                    .tag("run", run)
                    .tag("figure", figure)
                    .tag("when", when)
                    .register(registry);
        }

        private double speed() {
            return now(said.pacing()).map(state -> state.speed() / 100).orElse(Double.NaN);
        }

        private double seconds(ToLongFunction<ClientLatency> micros) {
            return now(said.latency())
                    .map(latency -> micros.applyAsLong(latency) / MICROS)
                    .orElse(Double.NaN);
        }

        private <T> Optional<T> now(Supplier<Optional<T>> figure) {
            long until = said.until();
            return until != Long.MAX_VALUE && System.nanoTime() - until > 0 ? Optional.empty() : figure.get();
        }

        void moved(int count) {
            slots.increment(count);
        }

        void carried(long keysMoved, long bytesMoved) {
            keys.increment((double) keysMoved);
            bytes.increment((double) bytesMoved);
        }

        void slowed(Cause cause) {
            slowdowns.get(cause).increment();
        }

        /** A batch is at work, and is asked. */
        void pacing(Supplier<Optional<PacingState>> state, Supplier<Optional<ClientLatency>> latency) {
            said = new Said(state, latency, Long.MAX_VALUE);
        }

        /** It is no longer: this was its last word. */
        void paced(Optional<PacingState> state, Optional<ClientLatency> latency) {
            said = new Said(() -> state, () -> latency, System.nanoTime() + HOLDS_NANOS);
        }
    }
}
