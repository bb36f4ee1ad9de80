package io.slotferry.sandbox;

/**
 * When a key expires: between the two times, since the client knows only when it asked and when it was answered. By
 * this machine's clock, in ms.
 */
record Expiry(long earliest, long latest) {
    /** What clocks may differ by. */
    static final long EARLIER_MILLIS = 1_500;

    /** The time to live of a key that is moved restarts, at its target, from what was left at its source: all that lies between. */
    static final long LATER_MILLIS = 6_000;

    boolean mustHaveCome(long nowMillis) {
        return nowMillis > latest + LATER_MILLIS;
    }

    boolean mustBeAhead(long nowMillis) {
        return nowMillis < earliest - EARLIER_MILLIS;
    }

    /** Whether a time to live, read between the two times, fits. */
    boolean fits(long ttlMillis, long before, long after) {
        return before + ttlMillis <= latest + LATER_MILLIS && after + ttlMillis >= earliest - EARLIER_MILLIS;
    }
}
