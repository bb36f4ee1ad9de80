package io.slotferry.planning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An immutable set of slots, held and written as ascending, disjoint, non-adjacent ranges: {@code 0-99,200,300-399}; the
 * empty set is the empty text. Two sets of the same slots are equal. Its size in memory goes with the number of ranges, so
 * that the views of a thousand nodes on a thousand nodes fit.
 */
public final class SlotRanges {
    private static final SlotRanges NONE = new SlotRanges(new int[0]);
    private static final SlotRanges ALL = of(new SlotRange(0, SlotRange.SLOTS - 1));

    /** Strictly ascending; a slot is in the set when an odd number of bounds is at or below it. */
    private final int[] bounds;

    private SlotRanges(int[] bounds) {
        this.bounds = bounds;
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
        if (ranges.length == 1) {
            return new SlotRanges(new int[] {ranges[0].from(), ranges[0].to() + 1});
        }
        BitSet slots = new BitSet();
        for (SlotRange range : ranges) {
            slots.set(range.from(), range.to() + 1);
        }
        return of(slots);
    }

    private static SlotRanges of(BitSet slots) {
        IntStream.Builder bounds = IntStream.builder();
        for (int from = slots.nextSetBit(0); from >= 0; ) {
            int end = slots.nextClearBit(from);
            bounds.add(from).add(end);
            from = slots.nextSetBit(end);
        }
        return new SlotRanges(bounds.build().toArray());
    }

    /**
     * These slots, in any order.
     *
     * @throws IllegalArgumentException for one that is not between 0 and 16,383
     */
    public static SlotRanges ofSlots(IntStream slots) {
        BitSet bits = new BitSet();
        slots.forEach(slot -> bits.set(new SlotRange(slot, slot).from()));
        return of(bits);
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

    /** The slots of all these sets. */
    public static SlotRanges union(Stream<SlotRanges> sets) {
        BitSet slots = new BitSet();
        sets.forEach(set -> set.eachRange().forEach(range -> slots.set(range.from(), range.to() + 1)));
        return of(slots);
    }

    private Stream<SlotRange> eachRange() {
        return IntStream.range(0, bounds.length / 2).mapToObj(i -> new SlotRange(bounds[2 * i], bounds[2 * i + 1] - 1));
    }

    /** The ranges, ascending. */
    public List<SlotRange> ranges() {
        return eachRange().toList();
    }

    /** The slots, ascending. */
    public IntStream stream() {
        return eachRange().flatMapToInt(range -> IntStream.rangeClosed(range.from(), range.to()));
    }

    public int size() {
        int size = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            size += bounds[i + 1] - bounds[i];
        }
        return size;
    }

    public boolean isEmpty() {
        return bounds.length == 0;
    }

    public boolean contains(int slot) {
        int at = Arrays.binarySearch(bounds, slot);
        int boundsUpTo = at >= 0 ? at + 1 : -at - 1;
        return boundsUpTo % 2 == 1;
    }

    public boolean containsAll(SlotRanges others) {
        return others.minus(this).isEmpty();
    }

    public SlotRanges plus(SlotRanges others) {
        return combine(others, (mine, theirs) -> mine || theirs);
    }

    public SlotRanges minus(SlotRanges others) {
        return combine(others, (mine, theirs) -> mine && !theirs);
    }

    public SlotRanges intersect(SlotRanges others) {
        return combine(others, (mine, theirs) -> mine && theirs);
    }

    /** Whether a slot belongs to a combination of two sets. */
    private interface Rule {
        boolean holds(boolean mine, boolean theirs);
    }

    /** Walks both sets' bounds in ascending order, and keeps those at which the combination begins or ends. */
    private SlotRanges combine(SlotRanges others, Rule rule) {
        int[] a = bounds;
        int[] b = others.bounds;
        int[] result = new int[a.length + b.length];
        int size = 0;
        for (int i = 0, j = 0; i < a.length || j < b.length; ) {
            int at = Math.min(i < a.length ? a[i] : SlotRange.SLOTS, j < b.length ? b[j] : SlotRange.SLOTS);
            i += i < a.length && a[i] == at ? 1 : 0;
            j += j < b.length && b[j] == at ? 1 : 0;
            boolean inside = size % 2 == 1;
            if (rule.holds(i % 2 == 1, j % 2 == 1) != inside) {
                result[size++] = at;
            }
        }
        return new SlotRanges(Arrays.copyOf(result, size));
    }

    /** The lowest {@code count} slots, or all where there are fewer. */
    public SlotRanges first(int count) {
        int left = count;
        for (int i = 0; i < bounds.length; i += 2) {
            int size = bounds[i + 1] - bounds[i];
            if (left < size) {
                int[] head = Arrays.copyOf(bounds, left == 0 ? i : i + 2);
                if (left > 0) {
                    head[i + 1] = bounds[i] + left;
                }
                return new SlotRanges(head);
            }
            left -= size;
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotRanges that && Arrays.equals(bounds, that.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return eachRange().map(SlotRange::toString).collect(Collectors.joining(","));
    }
}
