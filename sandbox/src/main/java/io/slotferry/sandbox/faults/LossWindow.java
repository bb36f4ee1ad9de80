package io.slotferry.sandbox.faults;

import java.util.Locale;

/**
 * A time in which a shard may have lost acknowledged writes by Redis's asynchronous replication: what a master acknowledged
 * and had not yet sent to the replica that took its place. See the Redis Cluster specification, "Write safety".
 *
 * @param address a node of the shard
 * @param from ms since 1970
 * @param to ms since 1970
 * @param why what befell it
 */
record LossWindow(String address, long from, long to, String why) {
    /** How far a replica may have been behind. */
    static final long LAG_MILLIS = 5_000;

    /** A process that died at this time. */
    static LossWindow ofDeath(String address, long at, String why) {
        return new LossWindow(address, at - LAG_MILLIS, at + 200, why);
    }

    /** A master that went on for a while after another had taken its place, until it learnt of that. */
    static LossWindow ofRivals(String address, long from, long to, String why) {
        return new LossWindow(address, from - LAG_MILLIS, to + RunShape.NODE_TIMEOUT_MILLIS, why);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%s, %.1f s)", why, address, (to - from) / 1e3);
    }
}
