package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import java.util.List;

/**
 * The cluster after the run.
 *
 * @param checks what was looked at, each with its verdict
 */
public record ValidationReport(List<CheckResult> checks, List<ShardSummary> shards) {
    /** The check that no node holds a slot open. */
    public static final String NO_OPEN_SLOT = "no-open-slot";

    public ValidationReport {
        checks = List.copyOf(checks);
        shards = List.copyOf(shards);
    }

    public boolean passed() {
        return checks.stream().noneMatch(CheckResult::blocks);
    }

    /** Whether this check is among those that failed. */
    public boolean fails(String check) {
        return checks.stream()
                .anyMatch(result -> result.blocks() && result.subject().equals(check));
    }

    /** Each check that failed, with what it saw. */
    public List<String> failures() {
        return checks.stream()
                .filter(CheckResult::blocks)
                .map(check -> check.subject() + ": " + check.evidence())
                .toList();
    }

    /** A shard in figures; keys are counted over all databases. */
    public record ShardSummary(NodeId master, NodeAddress address, int slots, long keys, List<NodeAddress> replicas) {
        public ShardSummary {
            replicas = List.copyOf(replicas);
        }
    }
}
