package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.util.Map;
import java.util.TreeSet;

/**
 * Cuts a lane's slots into migration jobs. Every job forks its source and pauses the source's writes once, so jobs are as
 * large as their cost allows: by bytes, by the writes that pile up meanwhile, and on Valkey by keys, since the source there
 * deletes in one go what it has handed over. Used by one thread.
 */
final class JobSizer {
    /** Assumed until it is over: 500,000 keys of 100 B took 1.1 s on two cores. */
    static final double BYTES_PER_SECOND = 50 << 20;

    /** Forks are to be a twentieth of the time at most. */
    private static final double JOB_TIME_PER_FORK_TIME = 20;

    /** What a job may have to replay after its snapshot. */
    private static final double MOST_WRITTEN_MEANWHILE = 32 << 20;

    private static final int SHRINK = 4;

    /** No last job is left with a few keys, since it would take as long as any. */
    private static final double WITH_REST = 1.2;

    private final long mostBytes;
    private final long mostKeys;
    private int mostSlots = Integer.MAX_VALUE;

    JobSizer(Kind kind, Pacing.Mode mode) {
        boolean fast = mode == Pacing.Mode.FAST;
        this.mostBytes = (fast ? 1L << 30 : 256L << 20);
        this.mostKeys = kind == Kind.IMPORT ? Long.MAX_VALUE : fast ? 50_000 : 25_000;
    }

    /**
     * What is known of a source.
     *
     * @param keysBySlot in all databases
     * @param bytesPerKey in its memory
     * @param forkSeconds that its last fork took; 0 where it has not forked yet
     * @param writtenPerSecond bytes that clients send it
     */
    record Load(Map<Integer, Long> keysBySlot, double bytesPerKey, double forkSeconds, double writtenPerSecond) {
        long keys(SlotRanges slots) {
            return slots.stream()
                    .mapToLong(slot -> keysBySlot.getOrDefault(slot, 0L))
                    .sum();
        }

        long bytes(SlotRanges slots) {
            return Math.round(keys(slots) * bytesPerKey);
        }
    }

    /** The slots of the next job at full speed, from the lowest on: one at least. */
    SlotRanges next(SlotRanges left, Load load) {
        return next(left, load, 1);
    }

    /** The same of a job that may have this part of a job's bytes and keys at full speed. */
    SlotRanges next(SlotRanges left, Load load, double part) {
        double bytesLeft = Math.max(bytes(load) * part, 1);
        double keysLeft = mostKeys * part;
        long all = load.keys(left);
        if (all <= keysLeft * WITH_REST) {
            keysLeft = all;
        }
        TreeSet<Integer> slots = new TreeSet<>();
        for (int slot : left.stream().toArray()) {
            long keys = load.keysBySlot().getOrDefault(slot, 0L);
            keysLeft -= keys;
            bytesLeft -= keys * load.bytesPerKey();
            if (!slots.isEmpty() && (keysLeft < 0 || bytesLeft < 0 || slots.size() == mostSlots)) {
                break;
            }
            slots.add(slot);
        }
        return SlotRanges.ofSlots(slots.stream().mapToInt(Integer::intValue));
    }

    private double bytes(Load load) {
        double bytes = mostBytes;
        if (load.writtenPerSecond() > 0) {
            bytes = Math.min(bytes, BYTES_PER_SECOND * MOST_WRITTEN_MEANWHILE / load.writtenPerSecond());
        }
        return Math.max(bytes, load.forkSeconds() * JOB_TIME_PER_FORK_TIME * BYTES_PER_SECOND);
    }

    /** A job of so many slots failed: the next ones are smaller. */
    void failed(int slots) {
        mostSlots = Math.max(1, slots / SHRINK);
    }
}
