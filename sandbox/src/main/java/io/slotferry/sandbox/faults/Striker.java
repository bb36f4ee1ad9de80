package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.faults.FaultKind.Struck;
import io.slotferry.sandbox.faults.Strike.Since;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Carries out a script's strikes at their times, each with what mends it after a while. One fault of nodes at a time, and
 * only on a cluster at rest, since Redis Cluster does not promise to bear two; the same for workers and for Temporal.
 */
final class Striker implements AutoCloseable {
    private static final int THREADS = 6;
    private static final long PATIENCE_MILLIS = 4_000;
    private static final long BETWEEN_TRIES_MILLIS = 250;

    private final Journal journal;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, task -> {
        Thread thread = new Thread(task, "striker");
        thread.setDaemon(true);
        return thread;
    });
    private final Set<Struck> struck = EnumSet.noneOf(Struck.class);
    private final AtomicInteger outstanding = new AtomicInteger();
    private final List<Strike> waiting = new ArrayList<>();
    private volatile Function<Strike, Arm> arms;
    private volatile BooleanSupplier over = () -> false;

    /** Carries out one kind of strikes. */
    interface Arm {
        /**
         * Strikes, where something can be struck now.
         *
         * @return why nothing can; empty where it struck
         */
        String strike(Strike strike);

        /** Mends what {@link #strike} broke. */
        void mend(Strike strike);
    }

    Striker(Journal journal) {
        this.journal = journal;
    }

    /**
     * Begins with the strikes whose time counts from the start; {@link #reshards} lets the others follow.
     *
     * @param over whether the run has ended, after which nothing is struck any more
     */
    void play(List<Strike> strikes, Function<Strike, Arm> arms, BooleanSupplier over) {
        this.over = over;
        this.arms = arms;
        outstanding.set(strikes.size());
        for (Strike strike : strikes) {
            if (strike.since() == Since.START) {
                schedule(strike);
            } else {
                waiting.add(strike);
            }
        }
    }

    /** The first batch is in hand, or never will be. */
    void reshards() {
        waiting.forEach(this::schedule);
        waiting.clear();
    }

    private void schedule(Strike strike) {
        Arm arm = arms.apply(strike);
        in(
                over.getAsBoolean() ? 0 : strike.atMillis(),
                () -> begin(strike, arm, System.nanoTime() + PATIENCE_MILLIS * 1_000_000));
    }

    private void in(long millis, Runnable step) {
        // Steps note their failures themselves.
        Future<?> unused = threads.schedule(step, millis, TimeUnit.MILLISECONDS);
    }

    /** Whether every strike is over, and mended. */
    boolean isDone() {
        return outstanding.get() == 0;
    }

    private void begin(Strike strike, Arm arm, long deadline) {
        if (over.getAsBoolean()) {
            passOver(strike, "the run has ended");
            return;
        }
        String why = attempt(strike, arm);
        if (why.isEmpty()) {
            in(strike.lastsMillis(), () -> end(strike, arm));
        } else if (System.nanoTime() < deadline) {
            in(BETWEEN_TRIES_MILLIS, () -> begin(strike, arm, deadline));
        } else {
            passOver(strike, why);
        }
    }

    /** Answers why it cannot be; empty where it struck. */
    private String attempt(Strike strike, Arm arm) {
        Struck what = strike.kind().struck();
        synchronized (struck) {
            if (!struck.add(what)) {
                return "another fault of its kind is not over";
            }
        }
        String why;
        try {
            why = arm.strike(strike);
        } catch (RuntimeException e) {
            why = "it failed: " + e.getMessage();
        }
        if (!why.isEmpty()) {
            release(what);
        }
        return why;
    }

    private void end(Strike strike, Arm arm) {
        try {
            arm.mend(strike);
        } catch (RuntimeException e) {
            journal.note("what mends \"" + strike.kind().words() + "\" failed: " + e.getMessage());
        } finally {
            release(strike.kind().struck());
            outstanding.decrementAndGet();
        }
    }

    private void passOver(Strike strike, String why) {
        journal.note("passed over: " + strike.kind().words() + ", since " + why);
        outstanding.decrementAndGet();
    }

    private void release(Struck what) {
        synchronized (struck) {
            struck.remove(what);
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            threads.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
