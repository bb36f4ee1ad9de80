package io.slotferry.planning;

import java.util.Comparator;
import java.util.stream.IntStream;

/** How many slots each master will own: shares that differ by one slot at most, with the fewest slots moved. */
final class Shares {
    private Shares() {}

    /**
     * The share of each master, given how many slots each owns now (16,384 in sum, 1 to 16,384 masters).
     *
     * <p>With {@code floor} = 16,384 / masters, the remainder is dealt out one slot each: first to masters that own more
     * than the floor, since every such slot is one that need not move (no other choice moves fewer); among those to the
     * ones that own floor + 1, which then take no part at all; after that to masters that receive anyway, and to those
     * that own exactly the floor last.
     */
    static int[] of(int[] owned) {
        return of(owned, new int[owned.length]);
    }

    /**
     * The same where some of a master's slots may not move: one that must keep more than the floor comes before all others,
     * which moves no slot more, since it owns more than the floor. Where a share is still less than what its master has to
     * keep, no such shares can be had.
     *
     * @param kept how many slots of each master may not move
     */
    static int[] of(int[] owned, int[] kept) {
        int floor = SlotRange.SLOTS / owned.length;
        int[] shares = new int[owned.length];
        IntStream.range(0, owned.length).forEach(i -> shares[i] = floor);
        IntStream.range(0, owned.length)
                .boxed()
                .sorted(Comparator.comparingInt(i -> kept[i] > floor ? -1 : turn(owned[i], floor)))
                .limit(SlotRange.SLOTS % owned.length)
                .forEach(i -> shares[i]++);
        return shares;
    }

    private static int turn(int owned, int floor) {
        if (owned == floor + 1) {
            return 0;
        }
        if (owned > floor) {
            return 1;
        }
        return owned < floor ? 2 : 3;
    }

    /** The lower bound of slots to be moved for these shares: what their owners have too many. */
    static int surplus(int[] owned, int[] shares) {
        return IntStream.range(0, owned.length)
                .map(i -> Math.max(0, owned[i] - shares[i]))
                .sum();
    }
}
