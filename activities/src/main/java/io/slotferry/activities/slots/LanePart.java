package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * The slots of one lane in a {@link SlotWindow}: what is asked of their source, and what must be so before and after their
 * target takes them. A slot that a stage refuses leaves it, and where the lane cannot go on all do; they stay with the source.
 */
final class LanePart {
    private final LaneMover lane;
    private final KeyDrain drain;
    private final List<String> refusals = new ArrayList<>();
    private List<Integer> live;
    private List<Integer> told = List.of();
    private Optional<RuntimeException> failure = Optional.empty();
    private boolean drained;
    private SlotCheck source;

    LanePart(LaneMover lane, List<Integer> slots) {
        this.lane = lane;
        this.drain = new KeyDrain(lane);
        this.live = List.copyOf(slots);
    }

    LaneMover lane() {
        return lane;
    }

    /** Slots for which every stage so far was done. */
    List<Integer> live() {
        return live;
    }

    /** Slots of which the others are to be told: the target owns them, and the source was told. */
    List<Integer> told() {
        return told;
    }

    /** Whether the last look at the source showed no key of these slots in any database. */
    boolean drained() {
        return drained;
    }

    /** Does a stage; where it fails, its slots stay as they are. */
    void attempt(Consumer<LanePart> stage) {
        try {
            stage.accept(this);
        } catch (RuntimeException e) {
            failure = Optional.of(e);
            live = List.of();
        }
    }

    /** What kept the lane from going on. */
    Optional<RuntimeException> stopped() {
        return failure;
    }

    /** The same, or that slots of it were refused; empty where all moved. */
    Optional<RuntimeException> failure() {
        return failure.isEmpty() && !refusals.isEmpty()
                ? Optional.of(lane.refused("CLUSTER SETSLOT", refusals))
                : failure;
    }

    /** Keeps the slots for which a change was done, of whose answers the next ones are its own. */
    void keep(NodeAddress node, Iterator<Answer<Void>> answers) {
        List<Integer> done = new ArrayList<>();
        for (int slot : live) {
            if (answers.next() instanceof Answer.Refused<Void> refused) {
                refusals.add("slot " + slot + " on " + node + ": " + refused.reply());
            } else {
                done.add(slot);
            }
        }
        live = done;
    }

    private void onSource(IntFunction<SlotChange> change) {
        keep(
                lane.source().address(),
                lane.source()
                        .setSlots(live.stream().map(change::apply).toList())
                        .iterator());
    }

    void openOnSource() {
        NodeId target = lane.task().target().id();
        onSource(slot -> new SlotChange.Migrating(slot, target));
    }

    /** Sends the keys of every database in which the source was seen to have any. */
    void drain() {
        lane.databases().forEach(database -> drain.drain(database, live));
    }

    /** Looks at the source: counts the keys of its slots in every database. */
    void look() {
        List<Integer> databases = lane.databases();
        source = lane.checkSource(databases, live);
        boolean allKnown = databases.containsAll(source.databases().keySet());
        drained = allKnown && live.stream().allMatch(slot -> source.keys().get(slot) == 0);
    }

    /** That its keys do not get across. */
    Halted stuck() {
        return drain.stuck(live);
    }

    /** Makes sure that what was seen of both ends is what it must be before the target takes slots. */
    void requireOpen(SlotCheck target) {
        lane.requireMasters(source, target);
        lane.requireKnownEpoch(source, target);
        refuseRisingEpoch();
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
            throw LaneMover.lost(
                    "Open slots of " + lane.task().name() + " were lost; they were not finalised.", evidence);
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
    private void refuseRisingEpoch() {
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
     * Tells the source of what the target has taken. Where the source came to a higher epoch meanwhile, its claim has won: it
     * is not told, so that the slots keep an owner.
     */
    void tellSourceOfTaken(SlotCheck owner) {
        source = lane.source().check(List.of(), List.of());
        lane.requireSourceProcess(source);
        if (source.identity().configEpoch() > owner.identity().configEpoch()) {
            throw TakenSlots.takenBack(
                    lane.task().target(), SlotRanges.ofSlots(live.stream().mapToInt(Integer::intValue)));
        }
        tellSource();
    }

    /** Tells the source that the target owns the slots. */
    void tellSource() {
        NodeId target = lane.task().target().id();
        told = live;
        onSource(slot -> new SlotChange.Owner(slot, target));
    }

    /** Makes sure, once all are told, that the source's epoch is what it was, and below the target's. */
    void requireEpochs(SlotCheck owner) {
        lane.requireSourceEpoch(source);
        if (source.identity().configEpoch() == owner.identity().configEpoch()) {
            throw LaneMover.lost(
                    "The target of " + lane.task().name() + " did not get a higher config epoch than the source.",
                    List.of("both have " + owner.identity().configEpoch()));
        }
    }
}
