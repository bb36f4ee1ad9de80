package io.slotferry.activities.inspect;

import io.slotferry.activities.inspect.OpenSlot.Situation;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import java.util.List;
import java.util.function.Supplier;

/** How slots are closed of which each node's state and keys are known, with one owner and every node at hand. */
final class Closing {
    private final Survey survey;
    private final Shell shell;
    private final Supplier<List<Integer>> databases;

    Closing(Survey survey, Shell shell, Supplier<List<Integer>> databases) {
        this.survey = survey;
        this.shell = shell;
        this.databases = databases;
    }

    /** A kind of open slot, and the script that closes it. */
    record Case(FindingKind kind, String one, String many, String means, SlotScript script) {
        String title(boolean single) {
            return single ? one : many;
        }
    }

    Case of(Situation situation) {
        NodeId owner = situation.owner().orElseThrow();
        if (situation.target().isEmpty()) {
            return backToOwner(situation, owner);
        }
        NodeId target = situation.target().get();
        return situation.isPair() || situation.holders().contains(target)
                ? forward(situation, owner, target)
                : neverBegun(situation, owner, target);
    }

    /** Source and target both have it open, or the target has received keys: it goes on to the target. */
    private Case forward(Situation situation, NodeId owner, NodeId target) {
        SlotScript script = new SlotScript(shell, databases.get());
        script.migrating(owner, target);
        if (!situation.isPair()) {
            script.importing(target, owner);
        }
        script.imports(target, owner);
        for (NodeId stray : situation.strays()) {
            script.drain(stray, target).stable(stray);
        }
        script.drain(owner, target)
                .migrating(owner, target)
                .imports(target, owner)
                .empty(owner)
                .give(owner, target, others(owner, target));
        String where = "from " + survey.name(owner) + " to " + survey.name(target);
        return new Case(
                FindingKind.OPEN_SLOT_HALF_MOVED,
                "is half moved " + where,
                "are half moved " + where,
                "A move of it began and was not finished: the tool was stopped, or met an error. Clients are served, by"
                        + " the source for keys that it still has and by the target for all others."
                        + (situation.isPair()
                                ? ""
                                : " The target does not import it any more (a restart, or SETSLOT STABLE), so that the keys"
                                        + " there cannot be read until it does again.")
                        + " It is closed forward: the rest of its keys is sent, then the target owns it.",
                script);
    }

    /** The owner has it migrating, and its target knows nothing of it. */
    private Case neverBegun(Situation situation, NodeId owner, NodeId target) {
        SlotScript script = new SlotScript(shell, databases.get());
        script.migrating(owner, target).empty(target).stable(owner);
        bringHome(script, situation, owner);
        return new Case(
                FindingKind.OPEN_SLOT_MIGRATING_ONLY,
                "is migrating on its owner, and its target does not import it",
                "are migrating on their owner, and their target does not import them",
                "A move was opened on the source alone, or the target has closed it. Keys that the owner has are served; for any"
                        + " other key clients are sent to a node that sends them back. Nothing has moved: the owner keeps it.",
                script);
    }

    /** The owner does not give it away. Keys that lie elsewhere go to the owner, and the rest is closed. */
    private Case backToOwner(Situation situation, NodeId owner) {
        SlotScript script = new SlotScript(shell, databases.get());
        bringHome(script, situation, owner);
        if (situation.importing().containsKey(owner)) {
            script.stable(owner);
        }
        boolean imported = situation.strays().stream().anyMatch(situation.importing()::containsKey);
        if (!imported) {
            return new Case(
                    FindingKind.OPEN_SLOT_LEFT_OVER,
                    "has its owner, but is still open on a node",
                    "have their owner, but are still open on a node",
                    "A move was finished on the target, and the tool ended before it told the others: "
                            + survey.name(owner)
                            + " owns it, and what is left open elsewhere only stands in the way of the next move.",
                    script);
        }
        boolean several = situation.importing().size() > 1;
        boolean held = situation.strays().stream().anyMatch(situation.holders()::contains);
        return new Case(
                FindingKind.OPEN_SLOT_IMPORTING_ONLY,
                "is imported by " + (several ? "two nodes" : "a node") + ", and its owner does not give it away",
                "are imported by " + (several ? "two nodes" : "a node") + ", and their owner does not give them away",
                "A move was opened on the target and never on the source, or the source has closed it or failed over (what is"
                        + " open is not replicated in Redis). An importing node also keeps an old view of who owns it. "
                        + (held
                                ? "The keys on the importing node cannot be read by anybody: they are sent to the owner, where"
                                        + " the script stops at a key that was made anew meanwhile."
                                : "It holds no key of it, so that it is closed there."),
                script);
    }

    private static void bringHome(SlotScript script, Situation situation, NodeId owner) {
        for (NodeId stray : situation.strays()) {
            if (situation.holders().contains(stray)) {
                script.drain(stray, owner);
            } else {
                script.empty(stray);
            }
            script.stable(stray);
        }
    }

    private List<NodeId> others(NodeId owner, NodeId target) {
        return survey.masters().stream()
                .map(NodeView::viewer)
                .filter(id -> !id.equals(owner) && !id.equals(target))
                .toList();
    }
}
