package io.slotferry.activities.pacing;

import io.slotferry.activities.pacing.Reading.Latency;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Feels what a client of one node feels: PINGs at a steady rate, on a connection of its own. A PING that comes late since the
 * one before was not answered counts from when it was due, so a node that stands still for 100 ms is felt by every client that
 * would have asked meanwhile (no coordinated omission); one that comes late since the worker was busy counts from when it was
 * sent.
 */
final class Probe implements AutoCloseable {
    private static final long PERIOD_NANOS = 8_000_000;

    /** A look is too short for a p99: it is told of so many. */
    private static final int LOOKS_OF_P99 = 8;

    private static final long RECONNECT_NANOS = 250_000_000;
    private static final int DIGITS = 2;

    private final Nodes nodes;
    private final NodeAddress address;
    private final Recorder recorder = new Recorder(DIGITS);
    private final Thread thread;
    private final Deque<Histogram> looks = new ArrayDeque<>();
    private volatile long waitingSince;
    private volatile boolean failed;
    private volatile boolean closed;

    Probe(Nodes nodes, NodeAddress address) {
        this.nodes = nodes;
        this.address = address;
        this.thread = new Thread(this::probe, "probe of " + address);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * What was felt since this was called last, and of the p99 in the last looks; empty where the node did not answer, or could
     * not be reached.
     *
     * @param lateOver an answer that took more microseconds is late
     */
    Optional<Latency> take(long lateOver) {
        Histogram look = recorder.getIntervalHistogram();
        boolean broken = failed;
        failed = false;
        if (broken || look.getTotalCount() == 0) {
            return Optional.empty();
        }
        countWaiting(look);
        looks.addLast(look);
        if (looks.size() > LOOKS_OF_P99) {
            looks.removeFirst();
        }
        Histogram last = new Histogram(DIGITS);
        looks.forEach(last::add);
        long answers = look.getTotalCount();
        long inTime = look.getCountBetweenValues(0, Math.max(0, lateOver));
        return Optional.of(new Latency(
                Math.round(look.getMean()), last.getValueAtPercentile(99), answers, Math.max(0, answers - inTime)));
    }

    /** The mean since {@link #skip}, which is no look; empty as above. */
    OptionalLong mean() {
        Histogram felt = recorder.getIntervalHistogram();
        return failed || felt.getTotalCount() == 0 ? OptionalLong.empty() : OptionalLong.of(Math.round(felt.getMean()));
    }

    /** A PING that is not answered yet counts, and each that would have been due meanwhile. */
    private void countWaiting(Histogram look) {
        long since = waitingSince;
        long waiting = since == 0 ? 0 : System.nanoTime() - since;
        if (waiting > PERIOD_NANOS) {
            look.recordValueWithExpectedInterval(waiting / 1_000, PERIOD_NANOS / 1_000);
        }
    }

    /** What was felt since the last look is no part of the next. */
    void skip() {
        recorder.reset();
    }

    /** Nor are the looks until now. */
    void forget() {
        skip();
        looks.clear();
    }

    private void probe() {
        while (!closed) {
            try (Node node = nodes.look(address)) {
                ping(node);
            } catch (NodeFailure e) {
                failed = true;
                waitingSince = 0;
                LockSupport.parkNanos(RECONNECT_NANOS);
            }
        }
    }

    private void ping(Node node) {
        long due = System.nanoTime();
        while (!closed) {
            long now = System.nanoTime();
            while (now < due) {
                LockSupport.parkNanos(due - now);
                now = System.nanoTime();
                if (now >= due) {
                    // Nothing was awaited: what was slept too long is not the node's.
                    due = now;
                }
            }
            waitingSince = due;
            node.ping();
            waitingSince = 0;
            recorder.recordValue(Math.max(0, System.nanoTime() - due) / 1_000);
            due += PERIOD_NANOS;
        }
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
