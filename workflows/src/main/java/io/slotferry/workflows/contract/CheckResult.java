package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeAddress;
import java.util.Optional;

/**
 * The answer of one preflight check, on one node or on the cluster as a whole.
 *
 * @param check stable name, as in {@code accept}, docs and metrics
 * @param node empty where it speaks of the cluster
 * @param evidence the figures it saw, with the limit
 * @param remedy what to do, beginning with a command where there is one; empty on PASS
 * @param accepted whether the request takes a FAIL on itself
 */
public record CheckResult(
        String check, Optional<NodeAddress> node, Verdict verdict, String evidence, String remedy, boolean accepted) {

    /** Whether it stands in the way of the run. */
    public boolean blocks() {
        return verdict == Verdict.FAIL && !accepted;
    }

    /** What a check found. */
    public enum Verdict {
        PASS,
        WARN,
        FAIL,
        NOT_APPLICABLE
    }

    /** {@code check} or {@code check@node}. */
    public String subject() {
        return check + node.map(n -> "@" + n).orElse("");
    }
}
