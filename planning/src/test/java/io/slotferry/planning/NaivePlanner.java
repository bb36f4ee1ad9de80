package io.slotferry.planning;

import java.util.Arrays;
import java.util.OptionalInt;

/** The obvious way to balance: one slot at a time from the fullest master to the emptiest. */
final class NaivePlanner {
    private NaivePlanner() {}

    /** How many slots it moves until no two masters differ by more than one. */
    static int moves(int... owned) {
        int[] slots = owned.clone();
        int moves = 0;
        while (true) {
            int fullest = 0;
            int emptiest = 0;
            for (int i = 1; i < slots.length; i++) {
                fullest = slots[i] > slots[fullest] ? i : fullest;
                emptiest = slots[i] < slots[emptiest] ? i : emptiest;
            }
            if (slots[fullest] - slots[emptiest] <= 1) {
                return moves;
            }
            slots[fullest]--;
            slots[emptiest]++;
            moves++;
        }
    }

    /**
     * The same where masters can give so many slots and no more: from the fullest one that can, as long as that helps.
     * Empty where the shares then still differ by more than one.
     */
    static OptionalInt moves(int[] owned, int[] movable) {
        int[] slots = owned.clone();
        int[] left = movable.clone();
        for (int moves = 0; ; moves++) {
            int fullest = -1;
            int emptiest = 0;
            for (int i = 0; i < slots.length; i++) {
                fullest = left[i] > 0 && (fullest < 0 || slots[i] > slots[fullest]) ? i : fullest;
                emptiest = slots[i] < slots[emptiest] ? i : emptiest;
            }
            if (fullest < 0 || slots[fullest] - slots[emptiest] <= 1) {
                int most = Arrays.stream(slots).max().orElseThrow();
                return most - slots[emptiest] <= 1 ? OptionalInt.of(moves) : OptionalInt.empty();
            }
            slots[fullest]--;
            left[fullest]--;
            slots[emptiest]++;
            left[emptiest]++;
        }
    }

    /** Of how many ranges a set is left at best when so many of its slots go: by trying to remove short ranges whole. */
    static int fewestRangesLeft(SlotRanges slots, int gone) {
        int[] sizes = slots.ranges().stream().mapToInt(SlotRange::size).toArray();
        Arrays.sort(sizes);
        int ranges = sizes.length;
        int left = gone;
        for (int size : sizes) {
            if (size > left) {
                break;
            }
            left -= size;
            ranges--;
        }
        return ranges;
    }
}
