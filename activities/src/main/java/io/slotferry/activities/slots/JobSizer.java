package io.slotferry.activities.slots;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.time.Duration;
import java.util.Map;
import java.util.TreeSet;

/**
 * Cuts a lane's slots into migration jobs. Every job forks its source and pauses the source's writes once, so jobs are as
 * large as their cost allows: by bytes, by the writes that pile up meanwhile, and on Valkey by keys, since the source there
 * deletes in one go what it has handed over and answers nobody meanwhile. Used by one thread.
 */
public final class JobSizer {
    /** Assumed until it is over: 500,000 keys of 100 B took 1.1 s on two cores. */
    static final double BYTES_PER_SECOND = 50 << 20;

    /** Forks are to be a twentieth of the time at most. */
    private static final double JOB_TIME_PER_FORK_TIME = 20;

    /** What a job may have to replay after its snapshot. */
    private static final double MOST_WRITTEN_MEANWHILE = 32 << 20;

    private static final int SHRINK = 4;

    /** No job more is begun for a few keys, since it would take as long as any. */
    private static final double WITH_REST = 1.2;

    /** Of deleting, assumed until a source takes twice as long: 125,000 keys of 100 B took 60 ms, 50,000 on a busy host 38 ms. */
    private static final double SECONDS_PER_KEY = 0.75e-6;

    private static final double STEP = 1.5;

    /** Of fewer keys nobody can tell how long they took, and a job of them would not be worth its fork. */
    private static final int FEWEST_KEYS = 1_000;

    /** No smaller job is gentler: its fork, and the pause of writes at its end, take as long. */
    private static final double SHORTEST_STALL = 0.002;

    private final Kind kind;
    private final Pacing.Mode mode;
    private final double longestStall;
    private double secondsPerKey = SECONDS_PER_KEY;
    private int mostSlots = Integer.MAX_VALUE;

    JobSizer(Kind kind, Pacing.Mode mode) {
        this.kind = kind;
        this.mode = mode;
        this.longestStall = mode == Pacing.Mode.FAST ? 0.05 : 0.005;
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

        /** The same of a source that says this now. */
        Load with(SourceFigures figures) {
            return new Load(keysBySlot, bytesPerKey, figures.forkSeconds(), figures.writtenPerSecond());
        }
    }

    /** The slots of the next job at full speed, from the lowest on: one at least. */
    SlotRanges next(SlotRanges left, Load load) {
        return next(left, load, 1);
    }

    /** The same of a job that may have this part of a job's bytes and keys at full speed. */
    SlotRanges next(SlotRanges left, Load load, double part) {
        double bytesLeft = Math.max(bytes(load) * part, 1);
        double keysLeft = keys(load.keys(left), load.forkSeconds(), part);
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

    /** As many jobs as it takes so that none stops the source for longer than it may, or than its fork does; all alike. */
    private double keys(long all, double forkSeconds, double part) {
        if (kind == Kind.IMPORT) {
            return all;
        }
        double stall = Math.max(longestStall * part, Math.max(SHORTEST_STALL, forkSeconds));
        double mostKeys = Math.max(FEWEST_KEYS, stall / secondsPerKey) * WITH_REST;
        return Math.ceil(all / Math.max(1, Math.ceil(all / mostKeys)));
    }

    private double bytes(Load load) {
        double bytes = mostBytes(mode);
        if (load.writtenPerSecond() > 0) {
            bytes = Math.min(bytes, BYTES_PER_SECOND * MOST_WRITTEN_MEANWHILE / load.writtenPerSecond());
        }
        return Math.max(bytes, worthItsFork(load.forkSeconds()));
    }

    private static double mostBytes(Pacing.Mode mode) {
        return mode == Pacing.Mode.FAST ? 1L << 30 : 256L << 20;
    }

    private static double worthItsFork(double forkSeconds) {
        return forkSeconds * JOB_TIME_PER_FORK_TIME * BYTES_PER_SECOND;
    }

    /**
     * What a source gives to a batch of so many lanes: the largest job is for all of them together, since an operator's word
     * waits for the end of a batch; but each source forks, and what it gives is to be worth that.
     */
    public static double bytesOfBatch(Pacing.Mode mode, int lanes, double forkSeconds) {
        return Math.max(mostBytes(mode) / lanes, worthItsFork(forkSeconds));
    }

    /** A source that had handed over so many keys did not answer for so long. */
    void stood(long keys, Duration time) {
        // A short answer says nothing: the look may have come before the deletion, and the next one after it.
        if (keys >= FEWEST_KEYS && time.toNanos() / 1e9 > 2 * keys * secondsPerKey) {
            secondsPerKey *= STEP;
        }
    }

    /** A job of so many slots failed: the next ones are smaller. */
    void failed(int slots) {
        mostSlots = Math.max(1, slots / SHRINK);
    }
}
