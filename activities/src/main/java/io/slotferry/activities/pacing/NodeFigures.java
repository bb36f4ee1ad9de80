package io.slotferry.activities.pacing;

import io.slotferry.activities.guard.LoadMemory;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.redis.Particulars.Work;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * What a node that takes part says of itself while a batch moves, by one INFO at each look: the CPU time of its main thread,
 * how far its replicas are behind, what it holds for clients that do not read fast enough, and on a node that takes slots its
 * memory; that of one that gives them is why a cluster is grown. Used by one thread.
 */
final class NodeFigures implements AutoCloseable {
    /** Half of the size at which a replica that stays over it is cut off (client-output-buffer-limit). */
    private static final long MOST_BUFFERED = 32 << 20;

    /** Replicas acknowledge once a second. */
    private static final Duration ACKNOWLEDGED_EACH = Duration.ofSeconds(1);

    private record Offset(long nanos, long bytes) {}

    private final Nodes nodes;
    private final NodeAddress address;
    private final boolean takes;
    private final Thresholds thresholds;
    private final LoadMemory memory = new LoadMemory();
    private final Deque<Offset> offsets = new ArrayDeque<>();
    private Work before = new Work(0, 0);
    private Node node;

    NodeFigures(Nodes nodes, NodeAddress address, boolean takes, Thresholds thresholds) {
        this.nodes = nodes;
        this.address = address;
        this.takes = takes;
        this.thresholds = thresholds;
    }

    /** What says that the node has enough to do; a node that does not answer says nothing here. */
    List<Pressure> pressures() {
        try {
            node = node == null ? nodes.look(address) : node;
            return pressures(node.info(), System.nanoTime());
        } catch (NodeFailure e) {
            close();
            return List.of();
        }
    }

    /** Begins to count what the node does for its clients. */
    void countWork() {
        before = work();
    }

    /** Microseconds that a command of its clients took since then; 0 where there was none. */
    long microsOfACommand() {
        Work now = work();
        long calls = now.calls() - before.calls();
        return calls <= 0 ? 0 : Math.max(0, now.micros() - before.micros()) / calls;
    }

    /** None of a node that does not answer. */
    private Work work() {
        try {
            node = node == null ? nodes.look(address) : node;
            return node.particulars().work();
        } catch (NodeFailure e) {
            close();
            return new Work(0, 0);
        }
    }

    /** The same of an answer that came at that moment, by a monotonic clock. */
    List<Pressure> pressures(ServerInfo info, long nanos) {
        List<Pressure> pressures = new ArrayList<>();
        memory.cpuOver(address, info, nanos, thresholds.cpu())
                .ifPresent(text -> pressures.add(new Pressure(Cause.CPU, text)));
        memory.mark(info, nanos);
        long missing = missing(info, nanos);
        if (missing > 0) {
            pressures.add(new Pressure(
                    Cause.REPLICATION_LAG,
                    address + ": a replica misses " + missing + " bytes that were written more than "
                            + thresholds
                                    .replicationLag()
                                    .plus(ACKNOWLEDGED_EACH)
                                    .toMillis()
                            + " ms ago (thresholds.replicationLag)"));
        }
        if (info.load().outputBuffers() > MOST_BUFFERED) {
            pressures.add(new Pressure(
                    Cause.OUTPUT_BUFFERS,
                    address + ": " + (info.load().outputBuffers() >> 20)
                            + " MiB wait in output buffers for a client or a replica, limit " + (MOST_BUFFERED >> 20)
                            + " MiB"));
        }
        long limit = info.load().memoryLimit();
        long percent = limit == 0 ? 0 : info.load().usedMemory() * 100 / limit;
        if (takes && percent > thresholds.memory()) {
            pressures.add(new Pressure(
                    Cause.MEMORY,
                    address + ": memory " + percent + " % and it takes slots, limit " + thresholds.memory()
                            + " % (thresholds.memory)"));
        }
        return pressures;
    }

    /** Bytes that the slowest replica has not acknowledged in time. */
    private long missing(ServerInfo info, long nanos) {
        long then = nanos - thresholds.replicationLag().plus(ACKNOWLEDGED_EACH).toNanos();
        offsets.addLast(new Offset(nanos, info.replication().offset()));
        long due = 0;
        for (Iterator<Offset> past = offsets.iterator(); past.hasNext(); ) {
            Offset offset = past.next();
            if (offset.nanos() > then) {
                break;
            }
            due = offset.bytes();
            if (offsets.size() > 1) {
                past.remove();
            }
        }
        long wanted = due;
        return info.replication().replicas().stream()
                .filter(ServerInfo.ReplicaLine::online)
                .mapToLong(replica -> wanted - replica.offset())
                .max()
                .orElse(0);
    }

    @Override
    public void close() {
        if (node != null) {
            node.close();
            node = null;
        }
    }
}
