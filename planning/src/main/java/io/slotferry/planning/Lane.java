package io.slotferry.planning;

/**
 * One source→target pair inside a batch, with the slots that go from the one to the other.
 *
 * @param source index into {@link Plan#shards()}
 * @param target index into {@link Plan#shards()}
 */
public record Lane(int source, int target, SlotRanges slots) {}
