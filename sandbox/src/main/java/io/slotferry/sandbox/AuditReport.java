package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the audit found.
 *
 * @param keysRead that were read back and compared as a whole
 * @param uncertain of them: keys whose last write was not answered, where old and new are both right
 * @param keysSwept seen on the masters, wherever they came from
 * @param counts findings by fault; empty where all is well
 * @param findings the first of them
 * @param masters every master with its slots and keys
 */
public record AuditReport(
        long keysRead,
        long uncertain,
        long keysSwept,
        Map<Fault, Long> counts,
        List<Finding> findings,
        List<Holding> masters,
        Duration took) {
    public AuditReport {
        counts = Map.copyOf(counts);
        findings = List.copyOf(findings);
        masters = List.copyOf(masters);
    }

    /** Acknowledged writes that cannot be read back. */
    public long lostWrites() {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().losesWrite())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Whether nothing at all is wrong. */
    public boolean passed() {
        return counts.isEmpty();
    }

    /** For a person: one line, and the first findings below it. */
    @Override
    public String toString() {
        String summary = String.format(
                "%,d lost writes; %,d keys read back, %,d keys swept on %d masters",
                lostWrites(), keysRead, keysSwept, masters.size());
        if (passed()) {
            return summary;
        }
        String byFault = counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getValue() + " " + entry.getKey().words())
                .collect(Collectors.joining(", "));
        return summary + ": " + byFault
                + findings.stream().limit(10).map(f -> "\n  " + f).collect(Collectors.joining());
    }
}
