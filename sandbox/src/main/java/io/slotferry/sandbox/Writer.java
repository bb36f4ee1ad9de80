package io.slotferry.sandbox;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisBroadcastException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** One client: its own keys, a call at a time, at a steady rate. */
final class Writer {
    /** Ten seconds and more: as long as a client waits for a connection. */
    private static final int TRY_AGAIN_LIMIT = 2_000;

    private static final long TRY_AGAIN_NANOS = 5_000_000;

    private final UnifiedJedis client;
    private final Meter meter;
    private final SplittableRandom random;
    private final Optional<Dataset> dataset;
    private final List<TrackedKey> keys = new ArrayList<>();
    private final List<TrackedKey> retired = new ArrayList<>();
    private long writes;

    Writer(UnifiedJedis client, Meter meter, long seed, Optional<Dataset> dataset) {
        this.client = client;
        this.meter = meter;
        this.random = new SplittableRandom(seed);
        this.dataset = dataset;
    }

    /** Takes this many keys of all kinds under a prefix that no other writer has. */
    void own(String prefix, int count) {
        Kind[] kinds = Kind.values();
        for (int i = 0; i < count; i++) {
            Kind kind = kinds[i % kinds.length];
            keys.add(new TrackedKey(kind, prefix + ":" + kind.name().toLowerCase(java.util.Locale.ROOT) + ":" + i));
        }
    }

    /** All that were ever written; to be looked at once {@link #run} has returned. */
    Collection<TrackedKey> keys() {
        List<TrackedKey> all = new ArrayList<>(keys);
        all.addAll(retired);
        return all;
    }

    /** Writes every key once, as fast as it goes. */
    void createKeys() {
        for (int i = 0; i < keys.size(); i++) {
            write(i);
        }
    }

    /** Calls at this interval until told to stop. A call that is due while the one before it is late is late itself. */
    void run(long intervalNanos, BooleanSupplier stopped) {
        long due = System.nanoTime() + random.nextLong(intervalNanos);
        for (; !stopped.getAsBoolean(); due += intervalNanos) {
            long from = due;
            if (System.nanoTime() < due) {
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                // Waking late is this machine's doing, not the cluster's.
                from = System.nanoTime();
            }
            ConcurrentHistogram phase = meter.phase();
            call();
            Meter.record(phase, System.nanoTime() - from);
        }
    }

    private void call() {
        int dice = random.nextInt(100);
        int index = random.nextInt(keys.size());
        if (dice < 50) {
            write(index);
        } else if (dice < 75 && dataset.isPresent()) {
            read(() -> dataset.get().check(client, random.nextLong(dataset.get().keys())));
        } else {
            TrackedKey key = keys.get(index);
            read(() -> key.check(client));
        }
    }

    private void write(int index) {
        TrackedKey key = keys.get(index);
        Content now = key.current();
        Write write = !now.isNone() && random.nextInt(50) == 0
                ? key.kind().delete(key.name())
                : key.kind().write(key.name(), now, writes++);
        long sent = System.currentTimeMillis();
        try {
            sendUntilStable(() -> write.command().accept(client));
            key.wasAcknowledged(write, sent, System.currentTimeMillis());
            meter.writes.increment();
        } catch (JedisDataException e) {
            // An error reply says that the command was not executed.
            meter.error(firstWord(e), e.getMessage());
        } catch (JedisException e) {
            meter.error("no answer", describe(e));
            meter.uncertain.increment();
            key.isUncertainAfter(write, sent, System.currentTimeMillis());
            retired.add(key);
            keys.set(index, new TrackedKey(key.kind(), key.name() + "'"));
        }
    }

    private interface Read {
        Optional<Finding> check();
    }

    private void read(Read read) {
        try {
            Finding[] finding = new Finding[1];
            sendUntilStable(() -> finding[0] = read.check().orElse(null));
            meter.reads.increment();
            if (finding[0] != null) {
                meter.wrongRead(finding[0]);
            }
        } catch (JedisDataException e) {
            meter.error(firstWord(e), e.getMessage());
        } catch (JedisException e) {
            meter.error("no answer", describe(e));
        }
    }

    /** TRYAGAIN: only some of a command's keys have moved yet, so it is to be sent again a little later. */
    private void sendUntilStable(Runnable command) {
        for (int attempt = 1; ; attempt++) {
            try {
                command.run();
                return;
            } catch (JedisDataException e) {
                if (attempt == TRY_AGAIN_LIMIT || !firstWord(e).equals("TRYAGAIN")) {
                    throw e;
                }
                meter.tryAgains.increment();
                LockSupport.parkNanos(TRY_AGAIN_NANOS);
            }
        }
    }

    /** The kind of an error reply; Jedis may wrap the one reply to a command of several keys as if there were more. */
    static String firstWord(JedisDataException error) {
        if (error instanceof JedisBroadcastException several
                && several.getReplies().size() == 1
                && several.getReplies().values().iterator().next() instanceof JedisDataException only) {
            return firstWord(only);
        }
        String message = String.valueOf(error.getMessage());
        return message.contains(" ") ? message.substring(0, message.indexOf(' ')) : message;
    }

    private static String describe(JedisException error) {
        return error.getClass().getSimpleName() + ": " + error.getMessage();
    }
}
