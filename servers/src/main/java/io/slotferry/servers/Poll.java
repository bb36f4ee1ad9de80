package io.slotferry.servers;

import java.time.Duration;
import java.util.function.Function;
import java.util.function.Supplier;

/** Waits for a state of a server that nothing announces. */
final class Poll {
    private static final long INTERVAL_MILLIS = 25;

    private Poll() {}

    /**
     * Asks until there is no reason left.
     *
     * @param reason why the state has not come; null once it has
     * @param failure what to throw after that time, from the last reason
     */
    static void until(Duration timeout, Supplier<String> reason, Function<String, ? extends RuntimeException> failure) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            String last = reason.get();
            if (last == null) {
                return;
            }
            if (System.nanoTime() - deadline > 0) {
                throw failure.apply(last);
            }
            try {
                Thread.sleep(INTERVAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure.apply("interrupted; last seen: " + last);
            }
        }
    }
}
