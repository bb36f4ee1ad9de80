package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts findings by fault and keeps the first of them. */
final class Findings {
    private static final int KEPT = 100;

    private final int kept;
    private final List<Finding> first = new ArrayList<>();
    private final Map<Fault, Long> counts = new EnumMap<>(Fault.class);

    Findings() {
        this(KEPT);
    }

    Findings(int kept) {
        this.kept = kept;
    }

    synchronized void add(Finding finding) {
        counts.merge(finding.fault(), 1L, Long::sum);
        if (first.size() < kept) {
            first.add(finding);
        }
    }

    synchronized List<Finding> first() {
        return List.copyOf(first);
    }

    synchronized Map<Fault, Long> counts() {
        return Map.copyOf(counts);
    }
}
