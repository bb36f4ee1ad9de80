package io.slotferry.planning;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An immutable set of slots, held and written as ascending, disjoint, non-adjacent ranges: {@code 0-99,200,300-399}; the
 * empty set is the empty text. Two sets of the same slots are equal.
 */
public final class SlotRanges {
    private static final SlotRanges NONE = new SlotRanges(new BitSet());
    private static final SlotRanges ALL = of(new SlotRange(0, SlotRange.SLOTS - 1));

    private final BitSet slots;

    private SlotRanges(BitSet slots) {
        this.slots = slots;
    }

    /** No slot. */
    public static SlotRanges none() {
        return NONE;
    }

    /** All 16,384 slots. */
    public static SlotRanges all() {
        return ALL;
    }

    /** The slots of these ranges, which may overlap and stand in any order. */
    public static SlotRanges of(SlotRange... ranges) {
        BitSet slots = new BitSet(SlotRange.SLOTS);
        for (SlotRange range : ranges) {
            slots.set(range.from(), range.to() + 1);
        }
        return new SlotRanges(slots);
    }

    /**
     * These slots, in any order.
     *
     * @throws IllegalArgumentException for one that is not between 0 and 16,383
     */
    public static SlotRanges ofSlots(IntStream slots) {
        BitSet bits = new BitSet(SlotRange.SLOTS);
        slots.forEach(slot -> bits.set(new SlotRange(slot, slot).from()));
        return new SlotRanges(bits);
    }

    /**
     * Reads {@code 0-99,200}; the inverse of {@link #toString()}.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static SlotRanges parse(String text) {
        if (text.isEmpty()) {
            return NONE;
        }
        List<SlotRange> ranges = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            if (!part.matches("[0-9]{1,5}(-[0-9]{1,5})?")) {
                throw new IllegalArgumentException(
                        "\"" + part + "\" is not a slot or a range of slots, in \"" + text + "\"");
            }
            int dash = part.indexOf('-');
            int from = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
            ranges.add(new SlotRange(from, dash < 0 ? from : Integer.parseInt(part.substring(dash + 1))));
        }
        return of(ranges.toArray(SlotRange[]::new));
    }

    /** The ranges, ascending. */
    public List<SlotRange> ranges() {
        List<SlotRange> ranges = new ArrayList<>();
        for (int from = slots.nextSetBit(0); from >= 0; ) {
            int end = slots.nextClearBit(from);
            ranges.add(new SlotRange(from, end - 1));
            from = slots.nextSetBit(end);
        }
        return ranges;
    }

    /** The slots, ascending. */
    public IntStream stream() {
        return slots.stream();
    }

    public int size() {
        return slots.cardinality();
    }

    public boolean isEmpty() {
        return slots.isEmpty();
    }

    public boolean contains(int slot) {
        return slots.get(slot);
    }

    public boolean containsAll(SlotRanges others) {
        return others.minus(this).isEmpty();
    }

    public SlotRanges plus(SlotRanges others) {
        BitSet result = (BitSet) slots.clone();
        result.or(others.slots);
        return new SlotRanges(result);
    }

    /** The slots of all these sets. */
    public static SlotRanges union(Stream<SlotRanges> sets) {
        BitSet result = new BitSet(SlotRange.SLOTS);
        sets.forEach(set -> result.or(set.slots));
        return new SlotRanges(result);
    }

    public SlotRanges minus(SlotRanges others) {
        BitSet result = (BitSet) slots.clone();
        result.andNot(others.slots);
        return new SlotRanges(result);
    }

    public SlotRanges intersect(SlotRanges others) {
        BitSet result = (BitSet) slots.clone();
        result.and(others.slots);
        return new SlotRanges(result);
    }

    /** The lowest {@code count} slots, or all where there are fewer. */
    public SlotRanges first(int count) {
        return ofSlots(stream().limit(count));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotRanges that && slots.equals(that.slots);
    }

    @Override
    public int hashCode() {
        return slots.hashCode();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (SlotRange range : ranges()) {
            text.append(text.length() == 0 ? "" : ",").append(range);
        }
        return text.toString();
    }
}
