package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.joining.Leavers.Leaver;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Removes nodes that this run added. A FORGET holds for 60 s, and whoever still knows a node tells the others of it again:
 * so every member must be reachable before the first FORGET, all forget it, and the node is reset to a new ID at once.
 * Looks and removes until nobody knows any of them and each stands alone, so that it may be begun again wherever it ended.
 */
final class Remover {
    private static final long GONE_MILLIS = 45_000;

    private final Change change;

    Remover(Change change) {
        this.change = change;
    }

    /**
     * Removes what is still there of these, and makes sure that they are gone and empty.
     *
     * @return a line for each that is no member any more and could not be looked at, or serves others by now
     * @throws Halted of kind NODE_UNREACHABLE or NOT_OURS_TO_REMOVE before anything is forgotten, NODE_REFUSED where they do
     *     not go
     */
    List<String> remove(List<Member> nodes) {
        List<String> left = new ArrayList<>();
        List<String> passedOver = new ArrayList<>();
        boolean gone = Change.await(GONE_MILLIS, () -> {
            Leavers leavers = Leavers.look(change.reader(), change.access(), nodes);
            leavers.refuseUnlessAllAnswer();
            leavers.refuseUnlessEmpty();
            leavers.known().forEach(leaver -> remove(leaver, leavers));
            left.clear();
            left.addAll(leavers.remains());
            passedOver.clear();
            passedOver.addAll(leavers.passedOver());
            return left.isEmpty();
        });
        if (!gone) {
            throw new Halted(
                    FailureKind.NODE_REFUSED,
                    "Nodes that were to be removed are not gone.",
                    left,
                    "see why these nodes do not forget or reset (their logs), then slotferry retry");
        }
        return passedOver;
    }

    /** Everybody who knows it forgets it, the node itself begins anew; what it is, is read once more right before. */
    private void remove(Leaver leaver, Leavers leavers) {
        Set<NodeAddress> addresses = new LinkedHashSet<>(leavers.whoKnows(leaver));
        leaver.bearer().ifPresent(view -> addresses.add(leaver.node().address()));
        try (ChangeSession session = change.session(addresses)) {
            if (leaver.bearer().isPresent()) {
                refuseUnlessStillEmpty(leaver, session.at(leaver.node().address()));
            }
            leavers.whoKnows(leaver)
                    .forEach(address -> session.at(address).forget(leaver.node().id()));
            if (leaver.bearer().isPresent()) {
                session.at(leaver.node().address()).resetHard();
            }
        }
    }

    private static void refuseUnlessStillEmpty(Leaver leaver, ChangingNode node) {
        NodeView view = node.view();
        KnownNode self = view.self();
        List<String> evidence = new ArrayList<>();
        if (!view.viewer().equals(leaver.node().id())) {
            evidence.add("its node ID is " + view.viewer() + " now");
        }
        if (!self.slots().isEmpty()) {
            evidence.add("it owns " + self.slots().size() + " slots: " + self.slots());
        }
        long keys = self.role() == Role.MASTER ? node.info().totalKeys() : 0;
        if (keys > 0) {
            evidence.add("it holds " + keys + " keys");
        }
        if (!evidence.isEmpty()) {
            throw Leavers.notOurs(leaver.node(), evidence);
        }
    }
}
