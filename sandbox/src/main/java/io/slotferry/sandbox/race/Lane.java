package io.slotferry.sandbox.race;

import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.MidBatch;
import io.slotferry.sandbox.race.OpenLoop.Felt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/** A contender on its cluster, with its clients, and the looks at them. */
public final class Lane implements AutoCloseable {
    private static final long BETWEEN_LOOKS_MILLIS = 250;

    private final String name;
    private final Contender contender;
    private final Twin twin;
    private final OpenLoop clients;
    private final Histogram during = OpenLoop.empty();
    private final List<Sample> samples = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private Felt before;
    private int movedSlots;
    private CompletableFuture<Arrival> moving = new CompletableFuture<>();
    private CompletableFuture<Void> watching = CompletableFuture.completedFuture(null);

    private Lane(String name, Contender contender, Twin twin, OpenLoop clients) {
        this.name = name;
        this.contender = contender;
        this.twin = twin;
        this.clients = clients;
    }

    /**
     * A lane whose clients write from now on.
     *
     * @param twin is closed with the lane, or here where there is none
     * @param rate writes a second, over all nodes
     */
    public static Lane on(Twin twin, String name, Contender contender, int rate) {
        try {
            return new Lane(name, contender, twin, OpenLoop.start(twin, rate));
        } catch (RuntimeException e) {
            twin.close();
            throw e;
        }
    }

    /** Makes the new master a member beforehand, so that contenders that begin by it all begin at once. */
    void join() {
        twin.join();
    }

    /**
     * When the contender was done.
     *
     * @param seconds since the start
     * @param took by its own account
     */
    private record Arrival(double seconds, Duration took) {}

    /** What clients feel before the start counts from now on. */
    public void beginQuiet() {
        clients.answers();
    }

    /** What clients feel from now on counts no more for what they felt before. */
    public void endQuiet() {
        before = clients.felt();
    }

    /**
     * Starts the contender.
     *
     * @param began by System.nanoTime(), what seconds are counted from
     */
    public void start(long began) {
        clients.answers();
        moving = inBackground(() -> {
            Duration took = contender.move(twin);
            return new Arrival(seconds(began), took);
        });
        watching = inBackground(() -> {
            watch(began);
            return null;
        });
    }

    /** Work that waits for others, on a thread of its own. */
    private <T> CompletableFuture<T> inBackground(java.util.function.Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            thread.start();
        });
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    private void watch(long began) {
        boolean counts = true;
        boolean moves = true;
        // To the end even where this thread was late: the last look is one after the contender's end.
        while (moves || over.getCount() > 0) {
            // Asked before the look, so that the look holds all until then.
            moves = !moving.isDone();
            look(began, counts);
            counts = moves;
            pause(moves);
        }
    }

    private void look(long began, boolean counts) {
        Histogram answers = clients.answers();
        if (counts) {
            during.add(answers);
        }
        try (Jedis target = twin.target().jedis()) {
            Sample sample =
                    new Sample(seconds(began), MidBatch.slots(target), target.dbSize(), answers.getMaxValue() / 1e3);
            synchronized (samples) {
                samples.add(sample);
            }
        } catch (JedisException e) {
            // The node is busy or gone: the clients' answers, and the contender's end, tell so.
            again(seconds(began), answers.getMaxValue() / 1e3);
        }
    }

    private void again(double at, double worst) {
        synchronized (samples) {
            Sample last = samples.isEmpty() ? new Sample(0, 0, 0, 0) : samples.get(samples.size() - 1);
            samples.add(new Sample(at, last.slots(), last.keys(), worst));
        }
    }

    private void pause(boolean moves) {
        try {
            if (moves) {
                moving.get(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                over.await(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (TimeoutException | ExecutionException e) {
            // It still moves, or gave up: the next look tells.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while slots moved", e);
        }
    }

    boolean done() {
        return moving.isDone() || watching.isDone();
    }

    Standing standing() {
        synchronized (samples) {
            boolean arrived = moving.isDone() && !moving.isCompletedExceptionally();
            return Standing.of(
                    name,
                    twin.slotsToMove(),
                    samples,
                    arrived ? OptionalDouble.of(moving.join().seconds()) : OptionalDouble.empty());
        }
    }

    /** Waits until the contender is done, ends the looks, reads every key back, and sums up. */
    public Outcome end() {
        over.countDown();
        Optional<String> problem = failure(watching).or(() -> failure(moving));
        long keys = 0;
        if (problem.isEmpty()) {
            try {
                Holding moved = twin.moved();
                keys = moved.keys();
                movedSlots = moved.slots();
            } catch (RuntimeException e) {
                problem = Optional.of(e.getMessage());
            }
        }
        List<Sample> all = List.copyOf(samples);
        boolean arrived = moving.isDone() && !moving.isCompletedExceptionally();
        double seconds = arrived
                ? moving.join().seconds()
                : all.stream().mapToDouble(Sample::at).max().orElse(0);
        return new Outcome(name, seconds, twin.slotsToMove(), keys, before, Felt.of(during), all, problem);
    }

    /** How long the contender took by its own account; legal after an end without a problem. */
    public Duration took() {
        return moving.join().took();
    }

    /** How many slots the new master owns; redis-cli rounds. Legal after an end without a problem. */
    public int movedSlots() {
        return movedSlots;
    }

    private static Optional<String> failure(CompletableFuture<?> work) {
        try {
            work.join();
            return Optional.empty();
        } catch (java.util.concurrent.CompletionException e) {
            return Optional.of(String.valueOf(e.getCause().getMessage()));
        }
    }

    @Override
    public void close() {
        over.countDown();
        clients.close();
        twin.close();
    }
}
