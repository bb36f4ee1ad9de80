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
    /** A list of {@value #ELEMENTS} elements, as redis-benchmark's LRANGE_600: it takes a node longer than the way there and back. */
    LIST {
        @Override
        public void prepare(Jedis jedis, String key) {
            jedis.del(key);
            jedis.rpush(key, Collections.nCopies(ELEMENTS, "element").toArray(String[]::new));
        }

        @Override
        public ByteBuffer command(String key) {
            return BareConnection.command(List.of("LRANGE", key, "0", "-1"));
        }
    };

    private static final int ELEMENTS = 600;

    /** Once, before the first. */
    public abstract void prepare(Jedis jedis, String key);

    /** What is asked then. */
    public abstract ByteBuffer command(String key);

    /** Nothing of it is left. */
    void cleanUp(Jedis jedis, String key) {
        jedis.del(key);
    }
}
