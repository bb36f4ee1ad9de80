package io.slotferry.sandbox.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What an operator does about halts: retry a few times, then the way back or the end that the halt offers, each when it is
 * legal; and once more from there. Pure but for what it remembers of its own words.
 */
final class HaltDuty {
    private static final int RETRIES = 3;

    private final List<String> ways;
    private int retries;

    /**
     * Begins.
     *
     * @param rollsBack whether a halt that retries do not mend is rolled back first
     */
    HaltDuty(boolean rollsBack) {
        ways = new ArrayList<>(rollsBack ? List.of("rollback", "stop-here", "cancel") : List.of("stop-here", "cancel"));
    }

    /**
     * The next word to a halted run; empty where there is none left, so that it stays halted.
     *
     * @param legal words that would be taken now
     * @param quiet whether all faults are over and mended; while they go on, it is retried alone
     */
    Optional<String> next(List<String> legal, boolean quiet) {
        if (legal.contains("retry") && retries < RETRIES) {
            retries++;
            return Optional.of("retry");
        }
        if (!quiet) {
            return Optional.empty();
        }
        Optional<String> way = ways.stream().filter(legal::contains).findFirst();
        way.ifPresent(word -> {
            ways.remove(word);
            retries = 0;
        });
        return way;
    }

    /** All is quiet now: what was in vain while faults went on is worth trying anew. */
    void rested() {
        retries = 0;
    }
}
