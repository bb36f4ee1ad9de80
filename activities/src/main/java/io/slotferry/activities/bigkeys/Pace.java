package io.slotferry.activities.bigkeys;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** Holds a scan to so many keys a second, and ends it where its attempt is to end. */
final class Pace {
    /** What a node that was slow for a while may be asked to make up for: any more would come in one burst. */
    private static final long LONGEST_ARREARS_NANOS = 100_000_000;

    /**
     * Keys a second, by whom is asked. A key costs a node about 2 µs, for SCAN and MEMORY USAGE.
     *
     * @param replica a replica, on which few wait
     */
    record Rates(int master, int replica) {
        /** Some 0.2 % of a master's time, so that 99 of 100 requests of others do not meet it; 1 % of a replica's. */
        static final Rates GENTLE = new Rates(1_000, 5_000);

        /** Some 2 % and 5 %. */
        static final Rates FAST = new Rates(10_000, 25_000);

        static Rates of(Pacing.Mode mode) {
            return mode == Pacing.Mode.FAST ? FAST : GENTLE;
        }

        int of(boolean isReplica) {
            return isReplica ? replica : master;
        }
    }

    private final Lifeline lifeline;
    private final double nanosPerKey;
    private final LongSupplier clock;
    private final LongConsumer sleep;
    private long due;

    Pace(Lifeline lifeline, int keysPerSecond) {
        this(lifeline, keysPerSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /** By another clock, in nanoseconds, and another way to let it pass. */
    Pace(Lifeline lifeline, int keysPerSecond, LongSupplier clock, LongConsumer sleep) {
        this.lifeline = lifeline;
        this.nanosPerKey = 1e9 / keysPerSecond;
        this.clock = clock;
        this.sleep = sleep;
        this.due = clock.getAsLong();
    }

    /**
     * Waits until so many more keys fit the rate.
     *
     * @throws Lifeline.Superseded where the attempt is to end; the next one goes on from the last heartbeat
     */
    void counted(int keys) {
        due = Math.max(due, clock.getAsLong() - LONGEST_ARREARS_NANOS) + (long) (keys * nanosPerKey);
        while (clock.getAsLong() < due) {
            requireNoStop();
            sleep.accept(due - clock.getAsLong());
        }
        requireNoStop();
    }

    private void requireNoStop() {
        if (lifeline.stopRequested() || Thread.currentThread().isInterrupted()) {
            throw new Lifeline.Superseded("the worker stops, or the run was cancelled");
        }
    }
}
