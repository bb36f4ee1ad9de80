package io.slotferry.planning;

import java.util.Arrays;

/**
 * What each slot weighs in the balance. The unit is the balance's own: keys, bytes, or for load whatever was measured; only
 * proportions count. Immutable.
 */
public final class SlotWeights {
    private final Balance balance;
    private final long[] weights;

    private SlotWeights(Balance balance, long[] weights) {
        this.balance = balance;
        this.weights = weights;
    }

    /**
     * Weights by slot.
     *
     * @throws IllegalArgumentException where they are not 16,384 numbers of zero or more, or none is wanted
     */
    public static SlotWeights of(Balance balance, long[] weights) {
        if (balance == Balance.SLOTS) {
            throw new IllegalArgumentException("slots are counted, not weighed");
        }
        if (weights.length != SlotRange.SLOTS || Arrays.stream(weights).anyMatch(weight -> weight < 0)) {
            throw new IllegalArgumentException("each of the 16,384 slots needs a weight of zero or more");
        }
        return new SlotWeights(balance, weights.clone());
    }

    public Balance balance() {
        return balance;
    }

    /** Of one slot. */
    public long of(int slot) {
        return weights[slot];
    }

    /** Of all these. */
    public long of(SlotRanges slots) {
        return slots.stream().mapToLong(slot -> weights[slot]).sum();
    }

    /** Of all slots. */
    public long sum() {
        return Arrays.stream(weights).sum();
    }

    /** By slot. */
    public long[] toArray() {
        return weights.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotWeights that && balance == that.balance && Arrays.equals(weights, that.weights);
    }

    @Override
    public int hashCode() {
        return 31 * balance.hashCode() + Arrays.hashCode(weights);
    }

    @Override
    public String toString() {
        return sum() + " " + balance.words();
    }
}
