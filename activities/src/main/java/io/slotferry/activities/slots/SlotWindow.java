package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A few slots of a lane that move together. Stages, each sent for all slots at once and answered before the next begins;
 * a slot whose stage failed leaves the window and stays with its source:
 *
 * <ol>
 *   <li>IMPORTING on the target, then MIGRATING on the source. In this order, otherwise a slot could be ownerless.
 *   <li>All keys of every database to the target ({@link KeyDrain}).
 *   <li>The check: the source holds no key of the slot in any database, has it MIGRATING to this target, and is the process
 *       that it was opened on; the target has it IMPORTING from this source. Without it SETSLOT NODE loses keys: on the
 *       target it never looks at the source, and a target that lost IMPORTING deletes all it received.
 *   <li>NODE on the target; its ownership and an epoch above the source's are read back ({@link TakenSlots}).
 *   <li>NODE on the source, then on the other masters, so that clients learn of it before gossip would tell.
 * </ol>
 */
final class SlotWindow {
    private static final int MAX_ROUNDS = 20;

    private final LaneMover lane;
    private final List<String> refusals = new ArrayList<>();
    private List<Integer> live;

    SlotWindow(LaneMover lane, List<Integer> slots) {
        this.lane = lane;
        this.live = List.copyOf(slots);
    }

    /** Moves the slots; throws once those that could be moved are, where others could not. */
    void move() {
        open();
        List<Integer> ready = drain();
        if (!ready.isEmpty()) {
            take(ready);
        }
        if (!refusals.isEmpty()) {
            throw lane.refused("CLUSTER SETSLOT", refusals);
        }
    }

    private void open() {
        NodeId source = lane.task().source().id();
        NodeId target = lane.task().target().id();
        live = set(lane.target(), live, slot -> new SlotChange.Importing(slot, source));
        live = set(lane.source(), live, slot -> new SlotChange.Migrating(slot, target));
    }

    /** Sends a change for each slot; answers those for which it was done. */
    private List<Integer> set(ChangingNode node, List<Integer> slots, IntFunction<SlotChange> change) {
        if (slots.isEmpty()) {
            return slots;
        }
        List<Answer<Void>> answers =
                node.setSlots(slots.stream().map(change::apply).toList());
        List<Integer> done = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            if (answers.get(i) instanceof Answer.Refused<Void> refused) {
                refusals.add("slot " + slots.get(i) + " on " + node.address() + ": " + refused.reply());
            } else {
                done.add(slots.get(i));
            }
        }
        return done;
    }

    /** Moves keys until the check shows that none is left. */
    private List<Integer> drain() {
        KeyDrain drain = new KeyDrain(lane);
        for (int round = 0; round < MAX_ROUNDS && !live.isEmpty(); round++) {
            List<Integer> databases = lane.databases();
            databases.forEach(database -> drain.drain(database, live));
            SlotCheck source = lane.checkSource(databases, live);
            boolean allKnown = databases.containsAll(source.databases().keySet());
            if (allKnown && live.stream().allMatch(slot -> source.keys().get(slot) == 0)) {
                requireOpen(source);
                return live;
            }
        }
        if (!live.isEmpty()) {
            throw drain.stuck(live);
        }
        return live;
    }

    private void requireOpen(SlotCheck source) {
        SlotCheck target = lane.checkTarget();
        lane.requireMasters(source, target);
        lane.requireKnownEpoch(source, target);
        refuseRisingEpoch(source);
        NodeId sourceId = lane.task().source().id();
        NodeId targetId = lane.task().target().id();
        List<String> evidence = new ArrayList<>();
        for (int slot : live) {
            require(source.open().migrating(), slot, targetId, "source, migrating", evidence);
            require(target.open().importing(), slot, sourceId, "target, importing", evidence);
            if (!source.open().owned().contains(slot)) {
                evidence.add("slot " + slot + ": the source does not own it any more");
            }
        }
        if (!evidence.isEmpty()) {
            throw lane.lost("Open slots of " + lane.task().name() + " were lost; they were not finalised.", evidence);
        }
    }

    private static void require(Map<Integer, NodeId> open, int slot, NodeId peer, String end, List<String> evidence) {
        NodeId found = open.get(slot);
        if (!peer.equals(found)) {
            evidence.add("slot " + slot + " (" + end + "): expected " + peer.brief() + ", found "
                    + (found == null ? "nothing" : found.brief()));
        }
    }

    /**
     * A source that imports a slot is about to get a new config epoch, by which it would win back what the target takes
     * before the source is told; the target would delete the keys.
     */
    private void refuseRisingEpoch(SlotCheck source) {
        Map<Integer, NodeId> importing = source.open().importing();
        if (!importing.isEmpty()) {
            throw new Halted(
                    FailureKind.FOREIGN_OPEN_SLOT,
                    "Somebody moves slots to " + lane.task().source()
                            + ", from which slots move away; those in hand stay" + " open.",
                    importing.entrySet().stream()
                            .map(slot -> lane.task().source() + " has " + slot.getKey() + " importing, peer "
                                    + slot.getValue().brief())
                            .toList(),
                    "find out who opened them and let that finish, or close them by hand; then slotferry retry");
        }
    }

    /**
     * The target becomes owner; then everybody is told. Where the source came to a higher epoch meanwhile, its claim has
     * won: it is not told, so that the slots keep an owner. Any other change of its epoch is a reason to tell it at once.
     */
    private void take(List<Integer> ready) {
        NodeId target = lane.task().target().id();
        List<Integer> taken = set(lane.target(), ready, slot -> new SlotChange.Taking(slot, target));
        SlotRanges slots = SlotRanges.ofSlots(taken.stream().mapToInt(Integer::intValue));
        lane.taken(slots);
        SlotCheck owner = lane.checkTarget();
        SlotCheck source = lane.source().check(List.of(), List.of());
        lane.requireSourceProcess(source);
        if (source.identity().configEpoch() > owner.identity().configEpoch()) {
            throw TakenSlots.takenBack(lane.task().target(), slots);
        }
        tellOthers(taken);
        lane.run().moved(taken.size());
        lane.requireSourceEpoch(source);
        if (source.identity().configEpoch() == owner.identity().configEpoch()) {
            throw lane.lost(
                    "The target of " + lane.task().name() + " did not get a higher config epoch than the source.",
                    List.of("both have " + owner.identity().configEpoch()));
        }
    }

    /** NODE on the source, then on every other master. */
    void tellOthers(List<Integer> taken) {
        NodeId target = lane.task().target().id();
        set(lane.source(), taken, slot -> new SlotChange.Owner(slot, target));
        lane.tellOtherMasters(taken.stream()
                .map(slot -> (SlotChange) new SlotChange.Owner(slot, target))
                .toList());
    }
}
