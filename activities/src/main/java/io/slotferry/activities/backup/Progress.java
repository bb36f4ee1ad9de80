package io.slotferry.activities.backup;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.workflows.contract.Backup.Part;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** How far a backup is, for heartbeats: files and bytes. Safe for use by several threads. */
final class Progress {
    private static final long BETWEEN_REPORTS_NANOS = 250_000_000;

    private final Lifeline lifeline;
    private final Map<String, Long> running = new TreeMap<>();
    private int files;
    private int finished;
    private long finishedBytes;
    private long reportedNanos;

    Progress(Lifeline lifeline) {
        this.lifeline = lifeline;
    }

    /** So many files are wanted, and these are there. */
    synchronized void begin(int wanted, Collection<Part> there) {
        files = wanted;
        finished = there.size();
        finishedBytes = there.stream().mapToLong(Part::bytes).sum();
        report();
    }

    /** So many bytes of that file have come. */
    synchronized void at(String file, long bytes) {
        running.put(file, bytes);
        if (System.nanoTime() - reportedNanos > BETWEEN_REPORTS_NANOS) {
            report();
        }
    }

    synchronized void finished(Part part) {
        running.remove(part.file());
        finished++;
        finishedBytes += part.bytes();
        report();
    }

    private void report() {
        reportedNanos = System.nanoTime();
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.put("files", finished).put("filesExpected", files);
        report.put(
                "bytes",
                finishedBytes
                        + running.values().stream().mapToLong(Long::longValue).sum());
        ObjectNode now = report.putObject("now");
        running.forEach(now::put);
        lifeline.report(report);
    }
}
