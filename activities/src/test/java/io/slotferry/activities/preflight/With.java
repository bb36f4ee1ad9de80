package io.slotferry.activities.preflight;

import io.slotferry.servers.LocalNode;
import java.util.function.Supplier;
import redis.clients.jedis.Jedis;

/** Something about a node that holds for the time of a look, and is put back. */
final class With {
    private With() {}

    static <T> T setting(LocalNode node, String parameter, String value, Supplier<T> look) {
        try (Jedis jedis = node.jedis()) {
            String before = jedis.configGet(parameter).get(parameter);
            jedis.configSet(parameter, value);
            try {
                return look.get();
            } finally {
                jedis.configSet(parameter, before);
            }
        }
    }
}
