package io.slotferry.sandbox;

/**
 * When a key expires: between the two times, since the client knows only when it asked and when it was answered. By
 * this machine's clock, in ms.
 */
record Expiry(long earliest, long latest) {
    /** What servers may differ by: a key's time to live restarts from what was left when it was moved. */
    static final long TOLERANCE_MILLIS = 1_500;

    boolean mustHaveCome(long nowMillis) {
        return nowMillis > latest + TOLERANCE_MILLIS;
    }

    boolean mustBeAhead(long nowMillis) {
        return nowMillis < earliest - TOLERANCE_MILLIS;
    }

    /** Whether a time to live, read between the two times, fits. */
    boolean fits(long ttlMillis, long before, long after) {
        return before + ttlMillis <= latest + TOLERANCE_MILLIS && after + ttlMillis >= earliest - TOLERANCE_MILLIS;
    }
}
