package io.slotferry.activities.guard;

import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * One look at a node's load.
 *
 * @param nanos when INFO was answered, by a monotonic clock
 * @param pings each PING's time in nanoseconds, ascending
 */
record Measured(ServerInfo info, long nanos, List<Long> pings) {
    /** With PINGs that follow each other at once. */
    static Measured of(Node node, int pings, LongSupplier clock) {
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < pings; i++) {
            long sent = clock.getAsLong();
            node.ping();
            times.add(clock.getAsLong() - sent);
        }
        return of(node, times, clock);
    }

    /**
     * With a PING every so often, so that what a node does now and then is met. One that could not be sent in time, since the
     * node was slow to answer those before, counts from when it was due: a client's request would have waited too.
     */
    static Measured spread(Node node, int pings, Duration every, LongSupplier clock) {
        List<Long> times = new ArrayList<>();
        long began = clock.getAsLong();
        for (int i = 0; i < pings; i++) {
            long due = began + i * every.toNanos();
            long early = due - clock.getAsLong();
            if (early > 0) {
                LockSupport.parkNanos(early);
            }
            // A wake-up that came late is this machine's affair, not the node's.
            long from = early > 0 ? clock.getAsLong() : due;
            node.ping();
            times.add(clock.getAsLong() - from);
        }
        return of(node, times, clock);
    }

    private static Measured of(Node node, List<Long> times, LongSupplier clock) {
        ServerInfo info = node.info();
        Collections.sort(times);
        return new Measured(info, clock.getAsLong(), times);
    }

    double meanMillis() {
        return pings.stream().mapToLong(Long::longValue).average().orElse(0) / 1e6;
    }

    /** The time that 99 of 100 PINGs keep. */
    double p99Millis() {
        return pings.get((pings.size() * 99 - 1) / 100) / 1e6;
    }
}
