package io.slotferry.servers;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Which slots each master starts with. */
record SlotLayout(List<BitSet> slotsOfMaster) {
    static final int SLOTS = 16_384;

    /** Contiguous shares that differ by at most one slot. */
    static SlotLayout even(int masters) {
        return new SlotLayout(IntStream.range(0, masters)
                .mapToObj(master -> {
                    BitSet slots = new BitSet();
                    slots.set(SLOTS * master / masters, SLOTS * (master + 1) / masters);
                    return slots;
                })
                .toList());
    }

    /**
     * Reads ranges as CLUSTER NODES writes them, such as {@code 0-5460 7000}, one text for each master.
     *
     * @throws IllegalArgumentException unless every slot is given exactly once
     */
    static SlotLayout parse(List<String> rangesOfMaster) {
        BitSet seen = new BitSet();
        List<BitSet> masters = new ArrayList<>();
        for (String ranges : rangesOfMaster) {
            BitSet slots = new BitSet();
            for (String range : ranges.strip().split("[\\s,]+", -1)) {
                if (!range.isEmpty()) {
                    int dash = range.indexOf('-');
                    int first = Integer.parseInt(dash < 0 ? range : range.substring(0, dash));
                    int last = dash < 0 ? first : Integer.parseInt(range.substring(dash + 1));
                    slots.set(first, last + 1);
                }
            }
            if (seen.intersects(slots)) {
                throw new IllegalArgumentException("Slots given to two masters: " + rangesOfMaster);
            }
            seen.or(slots);
            masters.add(slots);
        }
        if (seen.cardinality() != SLOTS || seen.length() != SLOTS) {
            throw new IllegalArgumentException("The layout must hold each of the 16,384 slots: " + rangesOfMaster);
        }
        return new SlotLayout(masters);
    }

    /** First and last slot of each range of a master, one after the other, as CLUSTER ADDSLOTSRANGE takes them. */
    int[] bounds(int master) {
        BitSet slots = slotsOfMaster.get(master);
        IntStream.Builder bounds = IntStream.builder();
        for (int first = slots.nextSetBit(0); first >= 0; ) {
            int end = slots.nextClearBit(first);
            bounds.add(first).add(end - 1);
            first = slots.nextSetBit(end);
        }
        return bounds.build().toArray();
    }

    int[] slots(int master) {
        return slotsOfMaster.get(master).stream().toArray();
    }
}
