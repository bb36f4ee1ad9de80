package io.slotferry.sandbox.race;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
            jedis.del(key);
            jedis.rpush(key, Collections.nCopies(600, "element").toArray(String[]::new));
        }

        @Override
        public ByteBuffer command(String key) {
            return BareConnection.command(List.of("LRANGE", key, "0", "-1"));
        }
    },
    /** A hash of 3,000 fields, some 300 kB: about a millisecond, as where clients keep collections. */
    HASH {
        @Override
        public void prepare(Jedis jedis, String key) {
            jedis.del(key);
            jedis.hset(key, IntStream.range(0, 3_000).boxed().collect(Collectors.toMap(i -> "field" + i, i -> "x"
                    .repeat(88))));
        }

        @Override
        public ByteBuffer command(String key) {
            return BareConnection.command(List.of("HGETALL", key));
        }
    };

    /** Once, before the first. */
    public abstract void prepare(Jedis jedis, String key);

    /** What is asked then. */
    public abstract ByteBuffer command(String key);

    /** Nothing of it is left. */
    void cleanUp(Jedis jedis, String key) {
        jedis.del(key);
    }
}
