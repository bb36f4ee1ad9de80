package io.slotferry.activities.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.redis.ConnectionName;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** An attempt's right to change things, and its word to whoever watches. Safe for use by several threads. */
public interface Lifeline {
    /** What this attempt's changing connections are called. */
    ConnectionName connectionName();

    /** What the attempt behind another slotferry connection is to this one. */
    default Kin kin(ConnectionName other) {
        return Kin.between(connectionName(), other);
    }

    /**
     * Passes only while a command that takes at most {@code limit} ends before anybody may start the next attempt.
     *
     * @throws Superseded otherwise
     */
    void assertMayChange(Duration limit);

    /** Whether to end at the next boundary: the worker stops, or the activity was cancelled. */
    boolean stopRequested();

    /** What the next heartbeat carries. */
    void report(JsonNode details);

    /** The same, asked for only when a heartbeat goes out: news come by the thousand, heartbeats once a second. */
    default void report(Supplier<? extends JsonNode> details) {
        report(details.get());
    }

    /** Sends the last word of {@code report} and waits until it is acknowledged. */
    void sync();

    /** What the attempt before this one reported last; stale by up to a heartbeat. */
    Optional<JsonNode> lastReport();

    /** This attempt may change nothing any more: it was not heard in time, or another one has begun. */
    final class Superseded extends RuntimeException {
        public Superseded(String message) {
            super(message);
        }
    }
}
