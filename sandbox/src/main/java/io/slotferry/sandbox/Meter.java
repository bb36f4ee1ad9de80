package io.slotferry.sandbox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** Counts and times what the writers do. For use by several threads. */
final class Meter {
    private static final int FINDINGS = 100;
    private static final int EXAMPLES = 3;

    final LongAdder writes = new LongAdder();
    final LongAdder reads = new LongAdder();
    final LongAdder uncertain = new LongAdder();
    final LongAdder tryAgains = new LongAdder();

    private final long began = System.nanoTime();
    private final Map<String, ConcurrentHistogram> phases = new LinkedHashMap<>();
    private final Map<String, ErrorTally> errors = new LinkedHashMap<>();
    private final List<Finding> wrongReads = new ArrayList<>();
    private volatile ConcurrentHistogram current;

    private static final class ErrorTally {
        private long count;
        private final List<String> examples = new ArrayList<>();
    }

    /** From now on latencies belong to this phase; an earlier phase of that name is continued. */
    synchronized void begin(String phase) {
        current = phases.computeIfAbsent(phase, name -> new ConcurrentHistogram(1, TimeUnit.HOURS.toMicros(1), 3));
    }

    /** The phase that calls which begin now belong to. */
    ConcurrentHistogram phase() {
        return current;
    }

    static void record(ConcurrentHistogram phase, long nanos) {
        phase.recordValue(Math.min(TimeUnit.NANOSECONDS.toMicros(nanos), phase.getHighestTrackableValue()));
    }

    synchronized void error(String kind, String message) {
        ErrorTally tally = errors.computeIfAbsent(kind, name -> new ErrorTally());
        tally.count++;
        if (tally.examples.size() < EXAMPLES) {
            tally.examples.add(String.format("%.1f s: %s", (System.nanoTime() - began) / 1e9, message));
        }
    }

    synchronized void wrongRead(Finding finding) {
        if (wrongReads.size() < FINDINGS) {
            wrongReads.add(finding);
        }
    }

    synchronized TrafficReport report() {
        Map<String, Latency> latencies = new LinkedHashMap<>();
        phases.forEach((name, histogram) -> latencies.put(name, Latency.of(histogram.copy())));
        return new TrafficReport(
                writes.sum(),
                reads.sum(),
                uncertain.sum(),
                tryAgains.sum(),
                errors.entrySet().stream()
                        .map(e -> new ClientError(e.getKey(), e.getValue().count, e.getValue().examples))
                        .toList(),
                List.copyOf(wrongReads),
                latencies);
    }
}
