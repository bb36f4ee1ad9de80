package io.slotferry.planning;

/** Slots {@code from} to {@code to}, both included, between 0 and 16,383. Written {@code 12} or {@code 0-99}. */
public record SlotRange(int from, int to) {
    /** How many slots a cluster has; Redis Cluster specification, "Key distribution model". */
    public static final int SLOTS = 16_384;

    public SlotRange {
        if (from < 0 || to >= SLOTS || from > to) {
            throw new IllegalArgumentException(from + "-" + to + " is not a range of slots between 0 and 16383");
        }
    }

    public int size() {
        return to - from + 1;
    }

    @Override
    public String toString() {
        return from == to ? Integer.toString(from) : from + "-" + to;
    }
}
