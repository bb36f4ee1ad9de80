package io.slotferry.activities.guard;

import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * One look at a node's load.
 *
 * @param nanos when INFO was answered, by a monotonic clock
 * @param pings each PING's time in nanoseconds, ascending
 */
record Measured(ServerInfo info, long nanos, List<Long> pings) {
    static Measured of(Node node, int pings, LongSupplier clock) {
        ServerInfo info = node.info();
        long answered = clock.getAsLong();
        List<Long> times = new ArrayList<>();
        for (int i = 0; i < pings; i++) {
            long sent = clock.getAsLong();
            node.ping();
            times.add(clock.getAsLong() - sent);
        }
        Collections.sort(times);
        return new Measured(info, answered, times);
    }

    double meanMillis() {
        return pings.stream().mapToLong(Long::longValue).average().orElse(0) / 1e6;
    }

    /** The time that 99 of 100 PINGs keep. */
    double p99Millis() {
        return pings.get((pings.size() * 99 - 1) / 100) / 1e6;
    }
}
