package io.slotferry.activities.guard;

import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.activities.redis.ServerInfo.Load;
import io.slotferry.planning.NodeAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What a worker remembers of the CPU time and the traffic of nodes from one gate to the next. Safe for use by several threads. */
public final class LoadMemory {
    private static final int MOST_NODES = 2_000;
    /** Over a shorter time the counters, which the kernel keeps by ticks, say little. */
    private static final long SHORTEST_NANOS = 1_000_000_000L;

    private record Sample(long nanos, Load load) {}

    private final Map<String, Sample> byProcess = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sample> eldest) {
            return size() > MOST_NODES;
        }
    };

    /** A moment from which on a node's load counts. */
    public synchronized void mark(ServerInfo info, long nanos) {
        byProcess.put(info.runId(), new Sample(nanos, info.load()));
    }

    /** The node is about to be worked on by slotferry itself, whose load is not the clients'. */
    synchronized void forget(ServerInfo info) {
        byProcess.remove(info.runId());
    }

    /** Percent of a core since the mark; empty without one, or so soon after it that nothing can be told. */
    synchronized OptionalInt cpuPercent(ServerInfo info, long nanos) {
        Sample before = byProcess.get(info.runId());
        if (before == null || nanos - before.nanos() < SHORTEST_NANOS) {
            return OptionalInt.empty();
        }
        double seconds = (nanos - before.nanos()) / 1e9;
        return OptionalInt.of(
                (int) Math.round((info.load().cpuSeconds() - before.load().cpuSeconds()) / seconds * 100));
    }

    /** The node's CPU where it is over this limit, in percent of a core, for a person; empty as {@link #cpuPercent} is. */
    public Optional<String> cpuOver(NodeAddress node, ServerInfo info, long nanos, int limit) {
        OptionalInt percent = cpuPercent(info, nanos);
        return percent.isEmpty() || percent.getAsInt() <= limit
                ? Optional.empty()
                : Optional.of(
                        node + ": CPU " + percent.getAsInt() + " % of a core, limit " + limit + " % (thresholds.cpu)");
    }

    /** Bytes a second since the mark, of the busier direction; empty as {@link #cpuPercent} is. */
    synchronized OptionalLong networkRate(ServerInfo info, long nanos) {
        Sample before = byProcess.get(info.runId());
        if (before == null || nanos - before.nanos() < SHORTEST_NANOS) {
            return OptionalLong.empty();
        }
        long bytes = Math.max(
                info.load().bytesIn() - before.load().bytesIn(),
                info.load().bytesOut() - before.load().bytesOut());
        return OptionalLong.of(Math.round(bytes / ((nanos - before.nanos()) / 1e9)));
    }
}
