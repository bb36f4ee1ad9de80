package io.slotferry.activities.bigkeys;

import io.slotferry.activities.attempt.Lifeline;

/** Holds a scan to so many keys a second, and ends it where its attempt is to end. */
final class Pace {
    /**
     * Keys a second of a master: at about 2 µs a key for SCAN and MEMORY USAGE some 2 % of its time, in pieces of a fifth of a
     * millisecond.
     */
    static final int OF_A_MASTER = 10_000;

    /** Of a replica, on which few wait: some 5 % of its time. */
    static final int OF_A_REPLICA = 25_000;

    /** Keys a second, by whom is asked. */
    record Rates(int master, int replica) {
        static final Rates DEFAULT = new Rates(OF_A_MASTER, OF_A_REPLICA);

        int of(boolean isReplica) {
            return isReplica ? replica : master;
        }
    }

    private final Lifeline lifeline;
    private final int keysPerSecond;
    private final long began = System.nanoTime();
    private long counted;

    Pace(Lifeline lifeline, int keysPerSecond) {
        this.lifeline = lifeline;
        this.keysPerSecond = keysPerSecond;
    }

    /**
     * Waits until so many more keys fit the rate.
     *
     * @throws Lifeline.Superseded where the attempt is to end; the next one goes on from the last heartbeat
     */
    void counted(int keys) {
        counted += keys;
        if (lifeline.stopRequested()) {
            throw new Lifeline.Superseded("the worker stops, or the run was cancelled");
        }
        long due = began + (long) (counted * 1e9 / keysPerSecond);
        long wait = due - System.nanoTime();
        if (wait > 0) {
            try {
                Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Lifeline.Superseded("the worker stops");
            }
        }
    }
}
