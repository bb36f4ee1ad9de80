package io.slotferry.planning;

import java.util.List;

/** The unit of checkpoint: lanes that may move side by side. Each slot stands in one batch of a plan at most. */
public record Batch(List<Lane> lanes) {
    public Batch {
        lanes = List.copyOf(lanes);
    }

    /** How many slots the batch moves. */
    public int slots() {
        return lanes.stream().mapToInt(lane -> lane.slots().size()).sum();
    }
}
