package io.slotferry.sandbox;

import java.util.List;

/**
 * When the writes of a key were acknowledged.
 *
 * @param wholeValue whether each write sets all that the key holds, so that the last alone counts
 * @param atMillis ms since 1970, ascending
 */
public record Acknowledged(boolean wholeValue, List<Long> atMillis) {
    public Acknowledged {
        atMillis = List.copyOf(atMillis);
    }

    /** The last one; 0 where none was. */
    public long last() {
        return atMillis.isEmpty() ? 0 : atMillis.get(atMillis.size() - 1);
    }

    /** Whether one was acknowledged between the two times, both included. */
    public boolean between(long from, long to) {
        return atMillis.stream().anyMatch(at -> at >= from && at <= to);
    }
}
