package io.slotferry.activities.guard;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Measures the load of many nodes over an interval, as preflight does: a look, PINGs towards its end, and another look. */
public final class LoadSurvey {
    /** Over less than that, CPU counters say little: the kernel keeps them by ticks. */
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private static final int PINGS = 100;

    private static final Duration BETWEEN_PINGS = Duration.ofMillis(10);

    private final ClusterReader reader;
    private final LoadMemory memory = new LoadMemory();
    private final Map<NodeAddress, ServerInfo> before;
    private final long began;

    /** Takes the first look; nodes that do not answer are left out. */
    public LoadSurvey(ClusterReader reader, Collection<NodeAddress> nodes) {
        this.reader = reader;
        Map<NodeAddress, Measured> first = look(nodes, 0);
        first.values().forEach(node -> memory.mark(node.info(), node.nanos()));
        this.before = infos(first);
        this.began = System.nanoTime();
    }

    /**
     * A node's load.
     *
     * @param before at the interval's begin
     * @param info at its end
     * @param millis how long the interval was at least
     * @param cpuPercent of a core; empty where the node was started again meanwhile
     * @param bytesPerSecond of the busier direction
     * @param meanMillis and {@code p99Millis}: of {@code pings} PINGs from here
     */
    public record Load(
            ServerInfo before,
            ServerInfo info,
            long millis,
            OptionalInt cpuPercent,
            OptionalLong bytesPerSecond,
            double meanMillis,
            double p99Millis,
            int pings) {}

    /** Takes the second look, once the interval is over. A node that looks slow is asked once more. */
    public Map<NodeAddress, Load> finish(double slowMeanMillis, double slowP99Millis) {
        long untilPings = INTERVAL.minus(BETWEEN_PINGS.multipliedBy(PINGS)).toNanos();
        while (System.nanoTime() - began < untilPings) {
            LockSupport.parkNanos(untilPings - (System.nanoTime() - began));
        }
        Map<NodeAddress, Measured> last = look(before.keySet(), PINGS);
        long millis = (System.nanoTime() - began) / 1_000_000;
        last.putAll(look(
                last.entrySet().stream()
                        .filter(node -> node.getValue().meanMillis() > slowMeanMillis
                                || node.getValue().p99Millis() > slowP99Millis)
                        .map(Map.Entry::getKey)
                        .toList(),
                PINGS));
        return last.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, node -> {
            Measured measured = node.getValue();
            return new Load(
                    before.get(node.getKey()),
                    measured.info(),
                    millis,
                    memory.cpuPercent(measured.info(), measured.nanos()),
                    memory.networkRate(measured.info(), measured.nanos()),
                    measured.meanMillis(),
                    measured.p99Millis(),
                    measured.pings().size());
        }));
    }

    private Map<NodeAddress, Measured> look(Collection<NodeAddress> some, int pings) {
        return reader.ask(some, node -> Measured.spread(node, pings, BETWEEN_PINGS, System::nanoTime))
                .answers();
    }

    private static Map<NodeAddress, ServerInfo> infos(Map<NodeAddress, Measured> measured) {
        return measured.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .info()));
    }
}
