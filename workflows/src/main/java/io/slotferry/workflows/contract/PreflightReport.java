package io.slotferry.workflows.contract;

import java.util.List;

/**
 * Every check's answer.
 *
 * @param unmatched entries of {@code accept} that no check answered to
 */
public record PreflightReport(List<CheckResult> results, List<String> unmatched) {
    public PreflightReport {
        results = List.copyOf(results);
        unmatched = List.copyOf(unmatched);
    }

    public boolean passed() {
        return results.stream().noneMatch(CheckResult::blocks);
    }
}
