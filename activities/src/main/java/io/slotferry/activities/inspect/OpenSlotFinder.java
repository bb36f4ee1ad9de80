package io.slotferry.activities.inspect;

import io.slotferry.activities.inspect.OpenSlot.Situation;
import io.slotferry.activities.inspect.OpenSlotSurvey.TwoCopies;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Explains open slots, those together that are closed by the same commands. */
final class OpenSlotFinder {
    private static final int MOST_COPIES = 5;
    private static final String NOBODY_AT_WORK =
            "Make sure that nobody reshards this cluster right now (slotferry, redis-cli, another tool).";

    private final Survey survey;
    private final OpenSlotSurvey slots;
    private final Closing closing;

    OpenSlotFinder(Survey survey, OpenSlotSurvey slots, Shell shell) {
        this.survey = survey;
        this.slots = slots;
        this.closing = new Closing(survey, shell, slots::databases);
    }

    /**
     * A finding for each situation.
     *
     * @param atWork what shows that somebody moves slots right now
     */
    List<Finding> find(List<OpenSlot> open, List<String> atWork) {
        Map<Situation, List<OpenSlot>> bySituation = new LinkedHashMap<>();
        List<Finding> findings = new ArrayList<>();
        for (OpenSlot slot : open) {
            List<TwoCopies> copies = slots.copies(slot, MOST_COPIES);
            if (copies.isEmpty()) {
                bySituation
                        .computeIfAbsent(slot.situation(), s -> new ArrayList<>())
                        .add(slot);
            } else {
                findings.add(twoCopies(slot, copies));
            }
        }
        bySituation.forEach((situation, some) -> findings.add(0, finding(situation, some, atWork)));
        return findings;
    }

    private Finding finding(Situation situation, List<OpenSlot> open, List<String> atWork) {
        SlotRanges ranges = ranges(open);
        List<String> seen = new ArrayList<>(seen(situation, open));
        Optional<String> unclear = unclear(situation);
        if (unclear.isPresent()) {
            return Finding.of(
                    FindingKind.OPEN_SLOT_UNCLEAR,
                    Printed.capital(Printed.slots(ranges)) + (open.size() == 1 ? " is" : " are")
                            + " open, and closing is not safe yet",
                    seen,
                    unclear.get(),
                    "Mend that first, then run slotferry inspect again.");
        }
        if (!atWork.isEmpty()) {
            seen.addAll(atWork);
            return Finding.of(
                    FindingKind.OPEN_SLOT_IN_USE,
                    Printed.capital(Printed.slots(ranges)) + (open.size() == 1 ? " is" : " are") + " being moved",
                    seen,
                    "Somebody moves slots right now. Open slots are part of that, and nothing is to be mended.",
                    "Wait until it is done, then run slotferry inspect again.");
        }
        Closing.Case found = closing.of(situation);
        return Finding.of(
                        found.kind(),
                        Printed.capital(Printed.slots(ranges)) + " " + found.title(open.size() == 1),
                        seen,
                        found.means(),
                        NOBODY_AT_WORK)
                .mendedBy(found.script().lines(ranges));
    }

    /** Why no commands are safe, where none are. */
    private Optional<String> unclear(Situation situation) {
        if (situation.owners().size() > 1) {
            return Optional.of(
                    "More than one node calls them its own. Views settle by themselves in a few seconds, as long as"
                            + " every node reaches every other over the cluster bus.");
        }
        if (situation.owner().isEmpty()) {
            return Optional.of("No node that answers calls them its own: see the other findings.");
        }
        NodeId owner = situation.owner().get();
        Optional<NodeId> lost = situation.target().filter(target -> !slots.isMaster(target));
        if (lost.isPresent()) {
            return Optional.of("The owner gives them to " + survey.name(lost.get()) + ", which "
                    + (survey.answered(lost.get())
                            ? "is a replica now: its shard failed over, and keys that were sent there are on its master."
                            : "does not answer: keys that were sent there exist nowhere else. Bring it back.")
                    + " Until then closing them would hide those keys.");
        }
        List<NodeId> unasked = situation.holders().stream()
                .filter(node -> !node.equals(owner)
                        && !situation.importing().containsKey(node)
                        && !situation.migrating().containsKey(node)
                        && situation.target().filter(node::equals).isEmpty())
                .toList();
        if (!unasked.isEmpty()) {
            return Optional.of(
                    survey.names(unasked) + " has keys of them and neither owns nor imports them. Nobody can read"
                            + " those keys, and whether they are old or the only copies cannot be seen. Look at them (CLUSTER"
                            + " GETKEYSINSLOT there), and find out which tool left them.");
        }
        return Optional.empty();
    }

    private List<String> seen(Situation situation, List<OpenSlot> open) {
        List<String> seen = new ArrayList<>();
        for (NodeId node : situation.involved()) {
            List<String> facts = new ArrayList<>();
            if (situation.owners().contains(node)) {
                facts.add("owns " + (open.size() == 1 ? "it" : "them"));
            }
            Optional.ofNullable(situation.migrating().get(node))
                    .ifPresent(peer -> facts.add("has it migrating to " + survey.name(peer)));
            Optional.ofNullable(situation.importing().get(node))
                    .ifPresent(peer -> facts.add("has it importing from " + survey.name(peer)));
            long keys = open.stream().mapToLong(slot -> slot.count(node)).sum();
            facts.add(survey.answered(node) ? "holds " + Printed.count(keys, "key") : "does not answer");
            seen.add(survey.name(node) + " " + String.join(", ", facts) + ".");
        }
        return seen;
    }

    private Finding twoCopies(OpenSlot slot, List<TwoCopies> copies) {
        List<String> seen = new ArrayList<>(seen(slot.situation(), List.of(slot)));
        copies.forEach(copy -> seen.add("Key " + copy.key() + " (database " + copy.database() + ") is on "
                + survey.names(copy.nodes()) + "; the copies " + (copy.same() ? "are the same." : "differ.")));
        boolean same = copies.stream().allMatch(TwoCopies::same);
        return Finding.of(
                FindingKind.KEYS_ON_TWO_NODES,
                "Slot " + slot.slot() + " is open, and has keys on two nodes at once",
                seen,
                same
                        ? "A MIGRATE whose answer was lost leaves a key on both nodes. Clients are served by the slot's owner as"
                                + " long as that has the key."
                        : "While the slot was open on one side only, clients were told that a key does not exist, and made"
                                + " it anew. Which copy is right only the application knows, so no command is safe.",
                (same
                                ? "Delete the copy on the node that does not own the slot: in a session of redis-cli there, "
                                : "Compare the copies (DUMP, or read them; on the node that does not own the slot each command"
                                        + " needs ASKING before it), save both, and delete the wrong one on its node: ")
                        + "ASKING, then UNLINK key. Then run slotferry inspect again.");
    }

    private static SlotRanges ranges(List<OpenSlot> open) {
        return SlotRanges.ofSlots(open.stream().mapToInt(OpenSlot::slot));
    }
}
