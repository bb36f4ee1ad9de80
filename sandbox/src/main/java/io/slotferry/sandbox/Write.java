package io.slotferry.sandbox;

import java.util.function.Consumer;
import redis.clients.jedis.UnifiedJedis;

/**
 * One write and what the key holds once it is acknowledged. Each is a single command, so that it happened or did not.
 *
 * @param ttlMillis the time to live that it sets; {@link #NO_TTL} where it leaves none
 */
record Write(Consumer<UnifiedJedis> command, Content after, long ttlMillis) {
    static final long NO_TTL = -1;

    static Write of(Consumer<UnifiedJedis> command, Content after) {
        return new Write(command, after, NO_TTL);
    }
}
