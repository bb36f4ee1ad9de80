package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeId;
import java.util.ArrayList;
import java.util.List;

/**
 * Every check's answer.
 *
 * @param unmatched entries of {@code accept} that no check answered to
 * @param members IDs of all nodes that any node of the cluster knows, ascending; empty where none could be asked
 */
public record PreflightReport(List<CheckResult> results, List<String> unmatched, List<NodeId> members) {
    public PreflightReport {
        results = List.copyOf(results);
        unmatched = List.copyOf(unmatched);
        members = members == null ? List.of() : List.copyOf(members);
    }

    /** The answers without the cluster's members. */
    public PreflightReport(List<CheckResult> results, List<String> unmatched) {
        this(results, unmatched, List.of());
    }

    /** The same with another answer, and more entries that nothing answered to. */
    public PreflightReport with(CheckResult result, List<String> moreUnmatched) {
        List<CheckResult> all = new ArrayList<>(results);
        all.add(result);
        List<String> allUnmatched = new ArrayList<>(unmatched);
        allUnmatched.addAll(moreUnmatched);
        return new PreflightReport(all, allUnmatched, members);
    }

    public boolean passed() {
        return results.stream().noneMatch(CheckResult::blocks);
    }
}
