package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.FaultKind.Struck;
import io.slotferry.sandbox.faults.Strike.Since;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * All that one run decides, from its seed alone: the same seed makes the same script. What comes of it is up to the
 * processes.
 *
 * @param rollsBack whether a halt that retries do not mend is rolled back rather than stopped
 * @param onFailure ASK, or ROLL_BACK: what the request says is to be done about a halt
 * @param undone whether a run that completed is rolled back afterwards
 * @param strikes in the order of their times
 */
record FaultScript(
        long seed, RunShape shape, boolean rollsBack, String onFailure, boolean undone, List<Strike> strikes) {
    private static final long FIRST_MILLIS = 300;
    private static final int MOST_STRIKES = 5;

    FaultScript {
        strikes = List.copyOf(strikes);
    }

    static FaultScript of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RunShape shape = RunShape.of(random.split());
        SplittableRandom dice = random.split();
        boolean rollsBack = dice.nextBoolean();
        boolean meddled = dice.nextInt(100) < 12;
        List<Strike> strikes = new ArrayList<>();
        int count = 1 + dice.nextInt(MOST_STRIKES);
        for (int i = 0; i < count; i++) {
            FaultKind kind = draw(dice, candidate -> fits(candidate, shape, meddled, strikes));
            Since since = dice.nextInt(100) < 25 ? Since.START : Since.RESHARD;
            long at = FIRST_MILLIS + dice.nextLong(since == Since.START ? 5_000 : shape.fast() ? 7_000 : 13_000);
            strikes.add(new Strike(since, at, kind, lasts(kind, dice), dice.nextDouble()));
        }
        strikes.sort(Comparator.comparing(Strike::since).thenComparingLong(Strike::atMillis));
        String onFailure = dice.nextInt(100) < 25 ? "ROLL_BACK" : "ASK";
        boolean undone = dice.nextInt(100) < 15;
        return new FaultScript(seed, shape, rollsBack, onFailure, undone, strikes);
    }

    /**
     * A stranger's slots stand beside no fault of a node, so that whatever is lost then was lost by moving slots. One word
     * that ends the run is enough.
     */
    private static boolean fits(FaultKind kind, RunShape shape, boolean meddled, List<Strike> drawn) {
        return switch (kind) {
            case SLOT_OPENED, SLOT_MOVED ->
                meddled && drawn.stream().noneMatch(strike -> strike.kind().struck() == Struck.SLOT);
            case MASTER_KILLED -> !meddled && shape.survivesKill();
            case REPLICA_KILLED, FAILOVER, FAILOVER_FORCED -> !meddled && shape.replicas();
            case NODE_FROZEN_BRIEFLY, NODE_FROZEN_LONG -> !meddled;
            default ->
                !kind.steers()
                        || drawn.stream().noneMatch(strike -> strike.kind().steers());
        };
    }

    private static FaultKind draw(SplittableRandom dice, Predicate<FaultKind> allowed) {
        List<FaultKind> kinds =
                Arrays.stream(FaultKind.values()).filter(allowed).toList();
        int left = dice.nextInt(kinds.stream().mapToInt(FaultKind::weight).sum());
        for (FaultKind kind : kinds) {
            left -= kind.weight();
            if (left < 0) {
                return kind;
            }
        }
        throw new IllegalStateException("no kind was drawn of " + kinds);
    }

    private static long lasts(FaultKind kind, SplittableRandom dice) {
        return switch (kind) {
            case WORKER_KILLED, WORKER_STOPPED -> dice.nextLong(3_000);
            case WORKER_FROZEN, WORKER_CUT_OFF -> 2_000 + dice.nextLong(10_000);
            case TEMPORAL_KILLED -> 500 + dice.nextLong(5_000);
            case MASTER_KILLED, REPLICA_KILLED -> 500 + dice.nextLong(7_000);
            case NODE_FROZEN_BRIEFLY -> 300 + dice.nextLong(RunShape.NODE_TIMEOUT_MILLIS * 6 / 10);
            case NODE_FROZEN_LONG ->
                RunShape.NODE_TIMEOUT_MILLIS * 3 / 2 + dice.nextLong(RunShape.NODE_TIMEOUT_MILLIS * 2);
            case TERMINATED_CONTINUED, TERMINATED_ROLLED_BACK -> dice.nextLong(3_000);
            case SLOT_OPENED -> 1_000 + dice.nextLong(4_000);
            default -> 0;
        };
    }

    /** Whether anything befalls a node, after which clients may see errors, and servers lose what they had not replicated. */
    boolean strikesNodes() {
        return strikes.stream().anyMatch(strike -> strike.kind().struck() == Struck.NODE);
    }

    /** Whether this fault is among them. */
    boolean has(FaultKind kind) {
        return strikes.stream().anyMatch(strike -> strike.kind() == kind);
    }
}
