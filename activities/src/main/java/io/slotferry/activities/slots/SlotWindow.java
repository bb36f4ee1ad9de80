package io.slotferry.activities.slots;

import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.AtOnce;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * A few slots that move together to one target: of one lane, or of several that have a few each ({@link LaneGroup}). Stages, each
 * sent for all slots at once and answered before the next begins; a slot whose stage failed leaves the window and stays with
 * its source, and so do all of a lane that cannot go on:
 *
 * <ol>
 *   <li>IMPORTING on the target, then MIGRATING on the sources. In this order, otherwise a slot could be ownerless.
 *   <li>All keys of every database to the target ({@link KeyDrain}), lane after lane.
 *   <li>The check: the source holds no key of the slot in any database, has it MIGRATING to this target, and is the process
 *       that it was opened on; the target has it IMPORTING from this source. Without it SETSLOT NODE loses keys: on the
 *       target it never looks at the source, and a target that lost IMPORTING deletes all it received. All sources are looked at
 *       at the same time once the last key is across, then the target.
 *   <li>NODE on the target; its ownership and an epoch above the source's are read back ({@link TakenSlots}).
 *   <li>NODE on the source, then on the other masters, so that clients learn of it before gossip would tell.
 * </ol>
 */
final class SlotWindow {
    private static final int MAX_ROUNDS = 20;

    private final TargetEnd target;
    private final List<LanePart> parts;
    private final Broadcast broadcast;
    private final BatchRun run;

    SlotWindow(TargetEnd target, List<LanePart> parts, Broadcast broadcast, BatchRun run) {
        this.target = target;
        this.parts = parts;
        this.broadcast = broadcast;
        this.run = run;
    }

    /** Moves the slots; throws once those that could be moved are, where others could not. */
    void move() {
        open();
        drain();
        if (!alive().isEmpty()) {
            SlotCheck before = target.check();
            alive().forEach(part -> part.attempt(mine -> mine.requireOpen(before)));
        }
        if (!alive().isEmpty()) {
            take();
        }
        Lanes.throwFirst(parts.stream().flatMap(part -> part.failure().stream()));
    }

    private List<LanePart> alive() {
        return parts.stream().filter(part -> !part.live().isEmpty()).toList();
    }

    /** Does a stage of every lane at the same time: each asks a node of its own. */
    private void together(Consumer<LanePart> stage) {
        List<LanePart> alive = alive();
        if (alive.size() == 1) {
            alive.get(0).attempt(stage);
        } else {
            AtOnce.each(alive, part -> part.attempt(stage));
        }
    }

    /** Has the target make a change for each slot. */
    private void onTarget(BiFunction<LanePart, Integer, SlotChange> change) {
        List<SlotChange> changes = new ArrayList<>();
        parts.forEach(part -> part.live().forEach(slot -> changes.add(change.apply(part, slot))));
        Iterator<Answer<Void>> answers = target.node().setSlots(changes).iterator();
        parts.forEach(part -> part.keep(target.node().address(), answers));
    }

    private void open() {
        onTarget((part, slot) ->
                new SlotChange.Importing(slot, part.lane().task().source().id()));
        together(LanePart::openOnSource);
    }

    /** Moves keys until one look at all sources shows that none is left. */
    private void drain() {
        List<LanePart> left = alive();
        for (int round = 0; round < MAX_ROUNDS && !left.isEmpty(); round++) {
            left.forEach(part -> part.attempt(LanePart::drain));
            together(LanePart::look);
            left = alive().stream().filter(part -> !part.drained()).toList();
        }
        left.forEach(part -> part.attempt(mine -> {
            throw mine.stuck();
        }));
    }

    /**
     * The target becomes owner; then everybody is told. A change of a source's epoch that does not undo it is a reason to
     * tell that source at once.
     */
    private void take() {
        onTarget((part, slot) -> new SlotChange.Taking(slot, target.member().id()));
        target.taken(SlotRanges.ofSlots(
                parts.stream().flatMap(part -> part.live().stream()).mapToInt(Integer::intValue)));
        SlotCheck owner = target.check();
        together(part -> part.tellSourceOfTaken(owner));
        List<LanePart> told = tellOtherMasters();
        run.moved(told.stream().mapToInt(part -> part.told().size()).sum());
        told.forEach(part -> part.attempt(mine -> mine.requireEpochs(owner)));
    }

    /** Tells the others of slots that the target owns already. */
    void tellOthers() {
        together(LanePart::tellSource);
        tellOtherMasters();
        Lanes.throwFirst(parts.stream().flatMap(part -> part.stopped().stream()));
    }

    private List<LanePart> tellOtherMasters() {
        List<LanePart> told =
                parts.stream().filter(part -> !part.told().isEmpty()).toList();
        broadcast.tell(target.member(), told);
        return told;
    }
}
