package io.slotferry.sandbox;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.HdrHistogram.AbstractHistogram;

/** What callers waited, in one phase: from the time a call was due, so that a stalled server counts in full. */
public record Latency(long calls, Duration mean, Duration p50, Duration p99, Duration p999, Duration max) {
    /** From a histogram of microseconds. */
    static Latency of(AbstractHistogram micros) {
        return new Latency(
                micros.getTotalCount(),
                duration(Math.round(micros.getMean())),
                duration(micros.getValueAtPercentile(50)),
                duration(micros.getValueAtPercentile(99)),
                duration(micros.getValueAtPercentile(99.9)),
                duration(micros.getMaxValue()));
    }

    private static Duration duration(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }
}
