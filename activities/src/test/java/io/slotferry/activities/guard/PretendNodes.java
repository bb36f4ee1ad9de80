package io.slotferry.activities.guard;

import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.RdbStream;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.activities.redis.ServerInfo.Load;
import io.slotferry.activities.redis.ServerInfo.MasterLink;
import io.slotferry.activities.redis.ServerInfo.Replication;
import io.slotferry.planning.NodeAddress;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Nodes that answer INFO and PING as a test says, by a clock that only they move. Nodes are asked side by side: what one takes
 * to answer passes for the thread that asked it, and for the test's thread once all have answered.
 */
final class PretendNodes implements Nodes {
    final Map<NodeAddress, Pretended> byAddress = new HashMap<>();
    private final Thread test = Thread.currentThread();
    private final ThreadLocal<Long> waited = ThreadLocal.withInitial(() -> 0L);
    private long nanos;
    private long asking;

    /** One of them. */
    static final class Pretended {
        boolean master = true;
        boolean linked = true;
        double cpuSeconds;
        long usedMemory = 10_000_000;
        long bytesIn;
        long offset = 1_000;
        /** How far the offset moves with each INFO. */
        long catchingUp;

        long[] pingMicros = {100};
        int looks;
        private int pings;

        private ServerInfo info(String runId) {
            looks++;
            offset += catchingUp;
            Optional<MasterLink> link =
                    master ? Optional.empty() : Optional.of(new MasterLink("10.0.0.1", 7000, linked, false));
            return new ServerInfo(
                    "redis",
                    "7.0.15",
                    runId,
                    true,
                    Map.of(),
                    Optional.empty(),
                    false,
                    false,
                    new Replication(master, offset, link, List.of()),
                    new Load(cpuSeconds, usedMemory, 100_000_000, bytesIn, 0, 0));
        }
    }

    synchronized long clock() {
        if (Thread.currentThread() == test) {
            nanos += asking;
            asking = 0;
        }
        return nanos + waited.get();
    }

    synchronized void pass(Duration time) {
        nanos += time.toNanos();
    }

    Pretended at(NodeAddress address) {
        return byAddress.computeIfAbsent(address, unknown -> new Pretended());
    }

    @Override
    public synchronized Node look(NodeAddress address) {
        Pretended node = at(address);
        return (Node) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Node.class}, (proxy, method, arguments) -> {
                    synchronized (this) {
                        return switch (method.getName()) {
                            case "info" -> {
                                asking += 1_000_000;
                                yield node.info("process-of-" + address);
                            }
                            case "ping" -> {
                                waited.set(
                                        waited.get() + node.pingMicros[node.pings++ % node.pingMicros.length] * 1_000);
                                yield null;
                            }
                            case "close" -> null;
                            default -> throw new UnsupportedOperationException(method.getName());
                        };
                    }
                });
    }

    @Override
    public ChangingNode change(NodeAddress address, ConnectionName name, Duration limit) {
        throw new UnsupportedOperationException("a guard changes nothing");
    }

    @Override
    public RdbStream rdb(NodeAddress address, Runnable waiting) {
        throw new UnsupportedOperationException("a guard takes no backup");
    }

    @Override
    public Optional<String> knock(NodeAddress address) {
        throw new UnsupportedOperationException("a guard knocks nowhere");
    }

    @Override
    public Optional<String> canary(Collection<NodeAddress> seeds, int slot) {
        throw new UnsupportedOperationException("a guard changes nothing");
    }
}
