package io.slotferry.activities.slots;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slots of a batch that their targets took, by attempts before too. Until a source is told, it claims what its target
 * has taken; should its config epoch jump over the target's meanwhile (somebody moves a slot to it, or it fails over), its
 * claim wins, and the target deletes the keys. Nobody can undo that, so it must not pass for a slot that was never moved.
 * Safe for use by several threads.
 */
final class TakenSlots {
    private static final Logger log = LoggerFactory.getLogger(TakenSlots.class);

    /** Under this name heartbeats carry it. */
    static final String FIELD = "taken";

    private final Map<NodeId, SlotRanges> byTarget = new HashMap<>();

    /** Learns from the last heartbeat of the attempt before. */
    synchronized void recall(Optional<JsonNode> lastReport) {
        lastReport.map(report -> report.get(FIELD)).ifPresent(taken -> {
            try {
                SlotferryJson.mapper()
                        .convertValue(taken, new TypeReference<Map<String, String>>() {})
                        .forEach((target, slots) -> add(new NodeId(target), SlotRanges.parse(slots)));
            } catch (IllegalArgumentException e) {
                log.warn("the last heartbeat tells nothing of slots that were taken: {}", e.getMessage());
            }
        });
    }

    /** The target said OK to SETSLOT NODE. */
    synchronized void add(NodeId target, SlotRanges slots) {
        byTarget.merge(target, slots, SlotRanges::plus);
    }

    /**
     * Makes sure that none of the slots that are still to be moved was taken already. A target that failed over did not
     * delete what the one before had got.
     *
     * @throws Halted of kind SLOT_TAKEN_BACK
     */
    synchronized void requireNotPending(List<LaneTask> tasks) {
        for (LaneTask task : tasks) {
            SlotRanges lost =
                    byTarget.getOrDefault(task.target().id(), SlotRanges.none()).intersect(task.pending());
            if (!lost.isEmpty()) {
                throw takenBack(task.target(), lost);
            }
        }
    }

    /** As heartbeats carry it: slots by their target's ID. */
    synchronized Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        byTarget.forEach((target, slots) -> texts.put(target.value(), slots.toString()));
        return texts;
    }

    static Halted takenBack(Member target, SlotRanges lost) {
        return new Halted(
                FailureKind.SLOT_TAKEN_BACK,
                "Slots that " + target + " had taken over are not its own any more.",
                List.of("slots " + lost + " were taken by " + target
                        + " in this batch, and then by somebody with a higher"
                        + " config epoch; unless a person moved them back with their keys, " + target
                        + " deleted the keys that it had got of them"),
                FailureKind.SLOT_TAKEN_BACK.next());
    }
}
