package io.slotferry.sandbox;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/** A node's INFO keyspace: the databases that hold keys, and how many keys. */
record Keyspace(List<Integer> databases, long keys) {
    // Such as "db0:keys=3,expires=0,avg_ttl=0".
    private static final Pattern LINE = Pattern.compile("db(\\d+):keys=(\\d+),.*");

    static Keyspace read(Jedis jedis) {
        List<Matcher> lines = jedis.info("keyspace")
                .lines()
                .map(LINE::matcher)
                .filter(Matcher::matches)
                .toList();
        return new Keyspace(
                lines.stream().map(line -> Integer.valueOf(line.group(1))).toList(),
                lines.stream().mapToLong(line -> Long.parseLong(line.group(2))).sum());
    }
}
