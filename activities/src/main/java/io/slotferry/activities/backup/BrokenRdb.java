package io.slotferry.activities.backup;

/** What came over the wire is no whole RDB; the message says by which figure, and ends without a full stop. */
final class BrokenRdb extends RuntimeException {
    BrokenRdb(String message) {
        super(message);
    }
}
