package io.slotferry.activities.slots;

import io.slotferry.planning.SlotRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Cuts keys into MIGRATE calls by bytes and by measured time. MIGRATE blocks source and target while it runs, and a node
 * runs what is pipelined in one go, so the budget is for all calls that are sent together: a flush.
 *
 * <p>A key is expected to cost a fixed part and a part for its bytes; one factor, learnt from every flush, fits both to
 * this pair of nodes. Used by one thread.
 */
final class CallSizer {
    private static final double NANOS_PER_KEY = 12_000;
    /** 13 MB in one hash blocked for 190 to 240 ms. */
    private static final double NANOS_PER_BYTE = 15;

    /** MEMORY USAGE of one key, with what it takes to be read and answered. */
    private static final double NANOS_PER_SIZE = 1_500;

    /**
     * Keys that are sized, and sent, together: of so many a processor still has in its cache what it looked for before. Calls
     * for more of them at once are no faster, and hold up everybody else for longer.
     */
    private static final int KEYS_AT_ONCE = 100;

    private static final double NANOS_PER_FLUSH = 100_000;
    private static final double WEIGHT_OF_NEW = 0.3;
    private static final double SLOWEST = 50;
    private static final double FASTEST = 0.3;

    private final Supplier<Duration> budget;
    private double factor = 1;
    private long slotsListed;
    private long keysListed;

    /** With a budget that is asked for each flush. */
    CallSizer(Supplier<Duration> budget) {
        this.budget = budget;
    }

    /** A key that was listed, with its slot and its size in bytes. */
    @SuppressWarnings("ArrayRecordComponent") // a key is bytes, and sized keys are never compared
    record SizedKey(int slot, byte[] key, long bytes) {}

    /** Calls that are sent together; each carries keys of one slot. */
    record Flush(List<List<SizedKey>> calls) {
        long bytes() {
            return calls.stream()
                    .flatMap(List::stream)
                    .mapToLong(SizedKey::bytes)
                    .sum();
        }

        int keys() {
            return calls.stream().mapToInt(List::size).sum();
        }
    }

    /** Of how many keys the size may be asked for at once, within the budget. */
    int keysAtOnce() {
        return (int) Math.max(1, Math.min(KEYS_AT_ONCE, budget.get().toNanos() / NANOS_PER_SIZE));
    }

    /** How many slots have about as many keys, by those that were listed so far; all where none was. */
    int slotsAtOnce() {
        return keysListed == 0 ? SlotRange.SLOTS : (int) Math.max(1, (long) KEYS_AT_ONCE * slotsListed / keysListed);
    }

    /** Learns how many keys slots have. */
    void listed(int slots, int keys) {
        slotsListed += slots;
        keysListed += keys;
    }

    /** The next flush, from the head of the keys: within the budget, or one key alone. Keys of a slot stand together. */
    Flush next(List<SizedKey> keys) {
        double budgetNanos = budget.get().toNanos();
        List<List<SizedKey>> calls = new ArrayList<>();
        double expected = 0;
        int lastSlot = -1;
        for (SizedKey key : keys) {
            expected += factor * cost(1, key.bytes());
            if (!calls.isEmpty() && expected > budgetNanos) {
                break;
            }
            if (key.slot() != lastSlot) {
                calls.add(new ArrayList<>());
                lastSlot = key.slot();
            }
            calls.get(calls.size() - 1).add(key);
        }
        return new Flush(calls);
    }

    /** Learns from what a flush took, with the sizes that were asked for behind it. */
    void took(Flush flush, int sizes, long nanos) {
        double expected = cost(flush.keys(), flush.bytes()) + sizes * NANOS_PER_SIZE;
        double observed = Math.max(0, nanos - NANOS_PER_FLUSH) / expected;
        double bounded = Math.min(SLOWEST, Math.max(FASTEST, observed));
        factor = (1 - WEIGHT_OF_NEW) * factor + WEIGHT_OF_NEW * bounded;
    }

    private static double cost(long keys, long bytes) {
        return keys * NANOS_PER_KEY + bytes * NANOS_PER_BYTE;
    }
}
