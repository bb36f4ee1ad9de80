package io.slotferry.activities.attempt;

import io.slotferry.activities.redis.ConnectionName;

/** What the attempt behind another slotferry connection is to this one. */
public enum Kin {
    /** This attempt itself. */
    SELF,
    /** Over, and this one goes on in its place: its connection is killed. */
    PREDECESSOR,
    /** Goes on in place of this one, which ends. */
    SUCCESSOR,
    /** Nobody that this one knows of: a halt, since only a person can tell who is right. */
    STRANGER;

    /** As far as their names alone say: another run is a stranger. */
    static Kin between(ConnectionName mine, ConnectionName other) {
        if (!other.run().equals(mine.run())) {
            return STRANGER;
        }
        if (other.equals(mine)) {
            return SELF;
        }
        return other.olderThan(mine) ? PREDECESSOR : SUCCESSOR;
    }
}
