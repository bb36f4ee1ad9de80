package io.slotferry.sandbox;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.SetParams;

/** The kinds of keys that traffic writes, with the writes and the reads of each. */
enum Kind {
    STRING {
        @Override
        Write write(String key, Content now, long number) {
            String value = value(number);
            return Write.of(client -> client.set(key, value), Content.of(value));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.of(client.get(key));
        }
    },
    HASH {
        @Override
        Write write(String key, Content now, long number) {
            String field = "f" + number % 8;
            if (number % 5 == 4) {
                return Write.of(client -> client.hdel(key, field), now.without(field));
            }
            String value = value(number);
            return Write.of(client -> client.hset(key, field, value), now.put(field, field + "=" + value));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.sorted(client.hgetAll(key).entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()));
        }
    },
    LIST {
        @Override
        Write write(String key, Content now, long number) {
            if (now.parts().size() >= FULL) {
                return Write.of(client -> client.ltrim(key, -FULL / 2, -1), now.last(FULL / 2));
            }
            String value = value(number);
            return Write.of(client -> client.rpush(key, value), now.append(value));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return new Content(client.lrange(key, 0, -1));
        }
    },
    SET {
        @Override
        Write write(String key, Content now, long number) {
            if (now.parts().size() >= FULL) {
                String member = now.parts().get((int) (number % FULL));
                return Write.of(client -> client.srem(key, member), now.without(member));
            }
            String value = value(number);
            return Write.of(client -> client.sadd(key, value), now.put(value, value));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.sorted(client.smembers(key).stream());
        }
    },
    SORTED_SET {
        @Override
        Write write(String key, Content now, long number) {
            String member = "m" + number % 16;
            if (number % 5 == 4) {
                return Write.of(client -> client.zrem(key, member), now.without(member));
            }
            double score = number + 0.25;
            return Write.of(client -> client.zadd(key, score, member), now.put(member, member + "=" + score));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.sorted(client.zrangeWithScores(key, 0, -1).stream()
                    .map(entry -> entry.getElement() + "=" + entry.getScore()));
        }
    },
    STREAM {
        @Override
        Write write(String key, Content now, long number) {
            if (now.parts().size() >= FULL) {
                return Write.of(client -> client.xtrim(key, FULL / 2, false), now.last(FULL / 2));
            }
            StreamEntryID id = new StreamEntryID(number + 1, 0);
            Map<String, String> fields = Map.of("v", value(number));
            return Write.of(client -> client.xadd(key, id, fields), now.append(id + " " + fields));
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return new Content(client.xrange(key, "-", "+").stream()
                    .map(entry -> entry.getID() + " " + entry.getFields())
                    .toList());
        }
    },
    /** A string that lives for hours: it must be there, and with the time it has left. */
    EXPIRING {
        @Override
        Write write(String key, Content now, long number) {
            long ttl = 3_600_000 + number % 3_600 * 1_000;
            if (!now.isNone() && number % 3 == 2) {
                return new Write(client -> client.pexpire(key, ttl), now, ttl);
            }
            String value = value(number);
            return new Write(
                    client -> client.set(key, value, SetParams.setParams().px(ttl)), Content.of(value), ttl);
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.of(client.get(key));
        }
    },
    /** A string that lives for seconds: it must go. */
    SHORT_LIVED {
        @Override
        Write write(String key, Content now, long number) {
            long ttl = 2_000 + number % 40 * 100;
            String value = value(number);
            return new Write(
                    client -> client.set(key, value, SetParams.setParams().px(ttl)), Content.of(value), ttl);
        }

        @Override
        Content read(UnifiedJedis client, String key) {
            return Content.of(client.get(key));
        }
    },
    /** Two strings of one slot that are written and read together. */
    PAIR {
        @Override
        List<String> keys(String name) {
            return List.of("{" + name + "}:a", "{" + name + "}:b");
        }

        @Override
        Write write(String name, Content now, long number) {
            List<String> keys = keys(name);
            String value = value(number);
            return Write.of(
                    client -> client.mset(keys.get(0), "a" + value, keys.get(1), "b" + value),
                    new Content(List.of("a" + value, "b" + value)));
        }

        @Override
        Content read(UnifiedJedis client, String name) {
            return new Content(client.mget(keys(name).toArray(String[]::new)).stream()
                    .filter(Objects::nonNull)
                    .toList());
        }
    };

    /** From this size on collections are cut. */
    private static final int FULL = 24;

    private static final String PADDING = IntStream.range(0, 48)
            .mapToObj(i -> String.valueOf((char) ('a' + i % 26)))
            .reduce("", String::concat);

    /** The write that follows on this content; its number is greater than that of every earlier one of this key. */
    abstract Write write(String name, Content now, long number);

    abstract Content read(UnifiedJedis client, String name);

    /** The keys that go by this name; all of one slot. */
    List<String> keys(String name) {
        return List.of(name);
    }

    /** Whether each write replaces all that the key held. */
    boolean setsWholeValue() {
        return this == STRING || this == SHORT_LIVED || this == PAIR;
    }

    Write delete(String name) {
        String[] keys = keys(name).toArray(String[]::new);
        return Write.of(client -> client.del(keys), Content.NONE);
    }

    private static String value(long number) {
        return "#" + number + ":" + PADDING;
    }
}
