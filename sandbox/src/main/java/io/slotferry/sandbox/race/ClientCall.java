package io.slotferry.sandbox.race;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import redis.clients.jedis.Jedis;

/** What a client of {@link OpenLoop} asks a node for. */
public enum ClientCall {
    /** A write to a key that is not there: waits for a pause of writes as any other, and leaves nothing behind. */
    WRITE {
        @Override
        public void prepare(Jedis jedis, String key) {}

        @Override
        public ByteBuffer command(String key) {
            return BareConnection.command(List.of("DEL", key));
        }
    },
    /** A list of 600 elements, as redis-benchmark's LRANGE_600: it takes a node longer than the way there and back. */
    LIST {
        @Override
        public void prepare(Jedis jedis, String key) {
            fill(jedis, key, 600);
        }

        @Override
        public ByteBuffer command(String key) {
            return BareConnection.command(List.of("LRANGE", key, "0", "-1"));
        }
    },
    /** A list of 6,000 elements: a large part of a millisecond, as where clients keep collections. */
    LONG_LIST {
        @Override
        public void prepare(Jedis jedis, String key) {
            fill(jedis, key, 6_000);
        }

        @Override
        public ByteBuffer command(String key) {
            return LIST.command(key);
        }
    };

    private static void fill(Jedis jedis, String key, int elements) {
        jedis.del(key);
        jedis.rpush(key, Collections.nCopies(elements, "element").toArray(String[]::new));
    }

    /** Once, before the first. */
    public abstract void prepare(Jedis jedis, String key);

    /** What is asked then. */
    public abstract ByteBuffer command(String key);

    /** Nothing of it is left. */
    void cleanUp(Jedis jedis, String key) {
        jedis.del(key);
    }
}
