package io.slotferry.activities;

import io.slotferry.activities.attempt.Halted;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Nodes that say the same of who is there and who owns what: after a change they do not, for as long as gossip takes. */
public final class OneMind {
    private OneMind() {}

    /** Asks until it is answered instead of halted. */
    public static <T> T await(Callable<T> look) {
        return Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .ignoreException(Halted.class)
                .until(look, seen -> true);
    }
}
