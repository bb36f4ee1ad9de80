package io.slotferry.activities.bigkeys;

import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Node.SizedKey;
import java.time.Duration;

/**
 * How long MIGRATE of a key would block its source and its target: it dumps and sends the key, then the target restores it and
 * the source deletes it. The first half is measured, by a DUMP of the key itself that comes to the worker, where a replica is
 * asked, which it holds up as MIGRATE would the source. Used by one thread.
 */
final class BlockEstimate {
    /** Keys of a shard that are dumped: the others are judged by them. */
    private static final int MOST_SAMPLES = 5;

    /** A larger one would take too long from a replica, and too much memory here. */
    private static final long LARGEST_SAMPLE = 32L << 20;

    /** Of a byte, to restore and delete it: hashes, sets, lists, sorted sets and strings of 13 MB took 2 to 10 ns more than DUMP. */
    private static final double RESTORE_NANOS = 8;

    /** Of a byte where nothing was measured: a hash of 13 MB took 190 to 240 ms. */
    private static final double ASSUMED_NANOS = 15;

    /** One sample at a time, of all shards: they pass through the worker's memory whole. */
    private static final Object ONE_AT_A_TIME = new Object();

    /** How long it would take, and whether it was measured or is judged by the key's size. */
    record Block(Duration time, boolean measured) {}

    private final Node node;
    private final boolean replica;
    private int samples;
    private double slowestNanos;

    /**
     * An estimate by this node.
     *
     * @param replica whether the node is one: a master's clients would wait for the measuring
     */
    BlockEstimate(Node node, boolean replica) {
        this.node = node;
        this.replica = replica;
    }

    Block of(int database, SizedKey key) {
        if (replica && samples < MOST_SAMPLES && key.bytes() <= LARGEST_SAMPLE) {
            samples++;
            double perByte = dumpNanos(database, key) / key.bytes();
            slowestNanos = Math.max(slowestNanos, perByte);
            return block(key, perByte + RESTORE_NANOS, true);
        }
        return slowestNanos > 0 ? block(key, slowestNanos + RESTORE_NANOS, true) : block(key, ASSUMED_NANOS, false);
    }

    private double dumpNanos(int database, SizedKey key) {
        synchronized (ONE_AT_A_TIME) {
            long began = System.nanoTime();
            node.dump(database, key.name(), false);
            return System.nanoTime() - began;
        }
    }

    private static Block block(SizedKey key, double nanosPerByte, boolean measured) {
        return new Block(Duration.ofMillis(Math.max(1, Math.round(key.bytes() * nanosPerByte / 1e6))), measured);
    }
}
