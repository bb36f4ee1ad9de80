package io.slotferry.sandbox.race;

import java.util.Collections;
import redis.clients.jedis.Jedis;

/** What a client of {@link OpenLoop} asks a node for. */
public enum ClientCall {
    /** A write to a key that is not there: waits for a pause of writes as any other, and leaves nothing behind. */
    WRITE {
        @Override
        public void prepare(Jedis jedis, String key) {}

        @Override
        public void ask(Jedis jedis, String key) {
            jedis.del(key);
        }
    },
    /** A list of {@value #ELEMENTS} elements, as redis-benchmark's LRANGE_600: it takes a node longer than the way there and back. */
    LIST {
        @Override
        public void prepare(Jedis jedis, String key) {
            jedis.del(key);
            jedis.rpush(key, Collections.nCopies(ELEMENTS, "element").toArray(String[]::new));
        }

        @Override
        public void ask(Jedis jedis, String key) {
            jedis.lrange(key, 0, -1);
        }
    };

    private static final int ELEMENTS = 600;

    /** Once, before the first. */
    public abstract void prepare(Jedis jedis, String key);

    /** Asks and waits for the answer. */
    public abstract void ask(Jedis jedis, String key);

    /** Nothing of it is left. */
    void cleanUp(Jedis jedis, String key) {
        jedis.del(key);
    }
}
