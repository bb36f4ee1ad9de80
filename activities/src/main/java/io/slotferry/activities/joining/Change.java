package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ClusterAccess;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** What every change of membership works with. */
record Change(ClusterReader reader, ClusterAccess access, Lifeline lifeline) {
    private static final long POLL_MILLIS = 200;

    /**
     * Ends what older attempts, of whatever activity, may still have in hand, wherever that is: what this attempt finds done
     * already it does not touch, and a command of an older one could arrive there yet. Nodes that do not answer are left
     * out: what is changed is fenced once more, where silence counts.
     *
     * @param nodes of the activity's input, members or not
     */
    void fence(List<Member> nodes) {
        Set<NodeAddress> addresses = new LinkedHashSet<>();
        reader.sweep(access).views().forEach(view -> addresses.add(view.self().address()));
        nodes.forEach(node -> addresses.add(node.address()));
        ChangeSession.fence(reader.nodes(), lifeline, addresses);
    }

    /** Stands the fence on these nodes. */
    ChangeSession session(Collection<NodeAddress> addresses) {
        return ChangeSession.open(reader.nodes(), lifeline, addresses);
    }

    /** Looks again and again until it is so; whether it came to be so within the time. */
    static boolean await(long limitMillis, Supplier<Boolean> condition) {
        long end = System.nanoTime() + limitMillis * 1_000_000;
        while (true) {
            if (condition.get()) {
                return true;
            }
            if (System.nanoTime() >= end) {
                return false;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lifeline.Superseded("interrupted");
        }
    }
}
