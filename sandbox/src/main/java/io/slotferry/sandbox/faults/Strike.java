package io.slotferry.sandbox.faults;

import java.util.Locale;

/**
 * A fault at its time.
 *
 * @param since what its time counts from
 * @param atMillis after that
 * @param lastsMillis until what was killed is started again, or what was frozen goes on; 0 where nothing follows
 * @param pick from 0 to 1: which of those that could be struck
 */
record Strike(Since since, long atMillis, FaultKind kind, long lastsMillis, double pick) {
    /** What a time counts from: a busy machine takes long until the first slot moves. */
    enum Since {
        START("start"),
        /** The first batch. */
        RESHARD("reshard");

        private final String word;

        Since(String word) {
            this.word = word;
        }
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s+%.1f s %s%s",
                since.word,
                atMillis / 1e3,
                kind.words(),
                lastsMillis == 0 ? "" : lasting(lastsMillis));
    }

    private static String lasting(long millis) {
        return String.format(Locale.ROOT, " for %.1f s", millis / 1e3);
    }
}
