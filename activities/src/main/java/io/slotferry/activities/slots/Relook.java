package io.slotferry.activities.slots;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Looks at load again inside a batch that lasts. Every so often the lanes stand at their boundaries, where none has a slot in
 * hand, and the guard looks as it did before the batch began: what it sees then is the load of clients alone, and where it
 * throws, the batch waits with no slot open. Safe for use by several threads.
 */
final class Relook {
    private final Duration each;
    private final Runnable look;
    private final ReadWriteLock standing = new ReentrantReadWriteLock(true);
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile long last = System.nanoTime();

    /**
     * A look at load.
     *
     * @param each so often
     * @param look throws what the batch waits for
     */
    Relook(Duration each, Runnable look) {
        this.each = each;
        this.look = look;
    }

    /** Never looks. */
    static Relook none() {
        return new Relook(Duration.ofDays(365), () -> {});
    }

    /** Does a part of a lane, which begins and ends with no slot in hand; before it, where it is time, looks. */
    void turn(Runnable part) {
        if (System.nanoTime() - last > each.toNanos() && looking.compareAndSet(false, true)) {
            standing.writeLock().lock();
            try {
                look.run();
            } finally {
                last = System.nanoTime();
                looking.set(false);
                standing.writeLock().unlock();
            }
        }
        standing.readLock().lock();
        try {
            part.run();
        } finally {
            standing.readLock().unlock();
        }
    }
}
