package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.activities.slots.JobSizer.Load;
import io.slotferry.activities.slots.JobTurns.Turn;
import io.slotferry.activities.slots.JobWatch.Ended;
import io.slotferry.planning.SlotRanges;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Moves the slots of one lane by the servers' own migration, job by job. A job that fails leaves its slots with the source; the
 * next one is smaller, and after {@value #MOST_FAILURES} in a row the lane gives up.
 */
final class AtomicLane {
    private static final int MOST_FAILURES = 3;

    /** Of a job at full speed: each forks its source, however small it is, so that it is rests that make a lane slower yet. */
    private static final double SMALLEST_PART = 0.1;

    private static final int COUNTED_AT_ONCE = 1_000;
    private static final Duration BUSY_PATIENCE = Duration.ofSeconds(30);
    private static final long BUSY_POLL_MILLIS = 50;
    private static final Duration SHORTEST_LIMIT = Duration.ofMinutes(1);
    private static final double SLOWEST_BYTES_PER_SECOND = 5 << 20;

    private final LaneMover lane;
    private final Kind kind;
    private final OwnJobs own;
    private final JobTurns turns;
    private final Lifeline lifeline;
    private final JobSizer sizer;

    AtomicLane(LaneMover lane, Kind kind, OwnJobs own, JobTurns turns, Lifeline lifeline) {
        this.lane = lane;
        this.kind = kind;
        this.own = own;
        this.turns = turns;
        this.lifeline = lifeline;
        this.sizer = new JobSizer(kind, lane.run().mode());
    }

    /**
     * Moves what is left, until the batch is to end at a job's boundary.
     *
     * @return slots that jobs failed to move again and again
     */
    SlotRanges move() {
        SlotRanges left = lane.task().pending();
        int failures = 0;
        Load load = left.isEmpty() ? null : load(left);
        while (!left.isEmpty() && !lane.run().stopping()) {
            SlotRanges slots = sizer.next(
                    left, load, Math.max(SMALLEST_PART, lane.run().speed().duty()));
            Load now = load;
            Ended ended = turns.take(lane.task(), load.keys(slots), turn -> paced(slots, now, turn));
            if (ended.moved()) {
                left = left.minus(slots);
                failures = 0;
                load = left.isEmpty() ? load : load.with(figures());
                continue;
            }
            if (lane.run().stopping()) {
                break;
            }
            lane.run().jobFailed(lane.task(), slots, ended.why());
            sizer.failed(slots.size());
            if (++failures == MOST_FAILURES) {
                return left;
            }
            load = load(left);
        }
        return SlotRanges.none();
    }

    private Load load(SlotRanges slots) {
        List<Integer> databases =
                List.copyOf(lane.checkSource(List.of(), List.of()).databases().keySet());
        List<Integer> all = slots.stream().boxed().toList();
        Map<Integer, Long> keys = new HashMap<>();
        for (int from = 0; from < all.size() && !databases.isEmpty(); from += COUNTED_AT_ONCE) {
            List<Integer> some = all.subList(from, Math.min(all.size(), from + COUNTED_AT_ONCE));
            keys.putAll(lane.checkSource(databases, some).keys());
        }
        SourceFigures figures = figures();
        double keysInAll = Math.max(1, lane.source().info().totalKeys());
        return new Load(keys, figures.datasetBytes() / keysInAll, figures.forkSeconds(), figures.writtenPerSecond());
    }

    private SourceFigures figures() {
        return SourceFigures.of(lane.source().particulars().facts());
    }

    /** When it is the lane's turn; the rest after it belongs to the turn, so that the nodes have it. */
    private Ended paced(SlotRanges slots, Load load, Turn turn) {
        AtomicReference<Ended> ended = new AtomicReference<>(new Ended(false, "the batch is to stop"));
        lane.run().turn(() -> ended.set(migrate(slots, load, turn)));
        return ended.get();
    }

    private Ended migrate(SlotRanges slots, Load load, Turn turn) {
        if (lane.run().stopping()) {
            return new Ended(false, "the batch is to stop");
        }
        long bytes = load.bytes(slots);
        ServerInfo.Load room = lane.target().info().load();
        if (room.memoryLimit() > 0 && room.usedMemory() + bytes > room.memoryLimit()) {
            // Redis imports past maxmemory; what it would evict then are keys that were acknowledged.
            return new Ended(
                    false,
                    "the target has " + room.usedMemory() + " bytes in use, of " + room.memoryLimit() + ", and about "
                            + bytes + " more would come");
        }
        lane.sending();
        lane.checkSource(List.of(), List.of());
        lane.checkTarget();
        Answer<Void> answer = start(slots);
        if (answer instanceof Answer.Refused<Void> refused) {
            return new Ended(false, refused.reply());
        }
        JobWatch watch = new JobWatch(lane, own, lifeline, turn::across);
        Ended ended = watch.end(slots, limit(bytes));
        if (ended.moved()) {
            sizer.stood(load.keys(slots), watch.longestAnswer());
            lane.run().jobMoved(lane.task(), slots, load.keys(slots), bytes);
        }
        return ended;
    }

    private static Duration limit(long bytes) {
        return SHORTEST_LIMIT.plusMillis(Math.round(bytes / SLOWEST_BYTES_PER_SECOND * 1_000));
    }

    /** A node that has another job in hand, or still deletes what the one before took away, is asked again. */
    private Answer<Void> start(SlotRanges slots) {
        long end = System.nanoTime() + BUSY_PATIENCE.toNanos();
        while (true) {
            Answer<Void> answer = kind == Kind.MIGRATESLOTS
                    ? lane.source().exportSlots(slots, lane.task().target().id())
                    : lane.target().importSlots(slots);
            if (!(answer instanceof Answer.Refused<Void> refused)) {
                return answer;
            }
            refuseFailover(refused.reply());
            if (!isBusy(refused.reply())
                    || System.nanoTime() > end
                    || lane.run().stopping()) {
                return answer;
            }
            own.requireNoOther(lane.task().source().address(), lane.source().migrationJobs());
            own.requireNoOther(lane.task().target().address(), lane.target().migrationJobs());
            LockSupport.parkNanos(BUSY_POLL_MILLIS * 1_000_000);
        }
    }

    private static boolean isBusy(String reply) {
        return reply.contains("in progress") || reply.contains("overlapping") || reply.contains("already migrating");
    }

    /** What a node says that is no master any more, or to which these slots are another's than a moment ago. */
    private void refuseFailover(String reply) {
        if (Stream.of(
                        "READONLY",
                        "CLUSTERDOWN",
                        "replica",
                        "primary nodes",
                        "not served by",
                        "already the owner",
                        "different source")
                .anyMatch(reply::contains)) {
            throw LaneMover.failedOver(
                    "An end of " + lane.task().name() + " is no master any more, or its slots are another's.",
                    List.of(kind.command() + " was answered by: " + reply));
        }
    }
}
