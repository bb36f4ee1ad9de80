package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.Acknowledged;
import io.slotferry.sandbox.Finding;
import io.slotferry.sandbox.Finding.Fault;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the audit found, told apart: what the servers lost by their own asynchronous replication, by the fault that it was
 * lost in, and what nothing of that kind explains.
 *
 * @param byMovement what slotferry has to answer for
 * @param byReplication how many keys, by the fault
 */
record Losses(List<Finding> byMovement, Map<String, Integer> byReplication) {
    Losses {
        byMovement = List.copyOf(byMovement);
        byReplication = Map.copyOf(byReplication);
    }

    /**
     * Tells them apart.
     *
     * @param findings all that the audit found about keys
     * @param open slots that are open in the end, whose keys may lie on either end
     * @param disputed those of them over whose keys the run halted and was ended: both copies of such a key are kept
     * @param acknowledged by key, when its writes were acknowledged; a key that is not there was never written
     */
    static Losses tell(
            List<Finding> findings,
            Set<Integer> open,
            Set<Integer> disputed,
            Map<String, Acknowledged> acknowledged,
            Timeline timeline,
            List<LossWindow> windows) {
        List<Finding> byMovement = new ArrayList<>();
        Map<String, Integer> byReplication = new LinkedHashMap<>();
        for (Finding finding : findings) {
            // The judge sees to slots by himself.
            boolean ofSlot = finding.fault() == Fault.UNCOVERED || finding.fault() == Fault.TWO_OWNERS;
            if (ofSlot || (misplaced(finding) && open.contains(finding.slot()))) {
                continue;
            }
            if (disputed.contains(finding.slot())) {
                byReplication.merge(
                        "by a failover in mid-slot that nobody mended: both copies are kept", 1, Integer::sum);
                continue;
            }
            Optional<LossWindow> window = windows.stream()
                    .filter(candidate -> explains(
                            candidate, finding, Optional.ofNullable(acknowledged.get(finding.key())), timeline))
                    .findFirst();
            window.ifPresentOrElse(
                    found -> byReplication.merge(found.toString(), 1, Integer::sum), () -> byMovement.add(finding));
        }
        return new Losses(byMovement, byReplication);
    }

    /**
     * Either the key's slot was the shard's when the write was acknowledged, shortly before it failed, or the slot was on
     * its way to or from the shard then: what MIGRATE brought was not yet on its replica, or what it took away still was.
     */
    private static boolean explains(
            LossWindow window, Finding finding, Optional<Acknowledged> writes, Timeline timeline) {
        String shard = timeline.shard(window.address());
        boolean onItsWay = timeline.moved(finding.slot(), shard, window.from(), window.to());
        if (writes.isEmpty() || misplaced(finding)) {
            return onItsWay;
        }
        if (writes.get().last() > window.to() && writes.get().wholeValue()) {
            return false;
        }
        boolean writtenThen = writes.get().between(window.from(), window.to());
        return onItsWay || (writtenThen && timeline.owned(finding.slot(), shard, window.from(), window.to()));
    }

    private static boolean misplaced(Finding finding) {
        return finding.fault() == Fault.ORPHAN || finding.fault() == Fault.TWICE;
    }

    /** How many keys the servers lost. */
    int replicated() {
        return byReplication.values().stream().mapToInt(Integer::intValue).sum();
    }
}
