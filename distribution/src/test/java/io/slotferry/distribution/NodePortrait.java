package io.slotferry.distribution;

import io.slotferry.servers.LocalNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.Jedis;

/**
 * What a node says of itself that stays the same while nobody touches it.
 *
 * @param view CLUSTER NODES without the times of pings; empty outside cluster mode
 * @param config all of CONFIG GET
 * @param keys DBSIZE
 * @param commands how often each command ran that does more than read
 */
record NodePortrait(List<String> view, Map<String, String> config, long keys, Map<String, String> commands) {
    private static final Set<String> READING = Set.of(
            "auth",
            "ping",
            "info",
            "dbsize",
            "config|get",
            "client|list",
            "cluster|nodes",
            "cluster|info",
            "cluster|myid",
            "acl|list",
            "acl|dryrun",
            "acl|getuser",
            "function|list",
            "module|list",
            "readonly",
            "slowlog|get",
            "time",
            "replconf",
            "psync");

    static NodePortrait of(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            boolean clustered = jedis.configGet("cluster-enabled").containsValue("yes");
            return new NodePortrait(
                    clustered ? view(jedis) : List.of(),
                    new TreeMap<>(jedis.configGet("*")),
                    jedis.dbSize(),
                    commands(jedis));
        }
    }

    /** Without ping-sent and pong-recv, fields 5 and 6 of each line. */
    private static List<String> view(Jedis jedis) {
        return jedis.clusterNodes()
                .lines()
                .map(line -> line.replaceFirst("^((?:\\S+ ){4})\\S+ \\S+ ", "$1"))
                .sorted()
                .toList();
    }

    /** Lines such as {@code cmdstat_cluster|meet:calls=1,usec=…}. */
    private static Map<String, String> commands(Jedis jedis) {
        Map<String, String> commands = new TreeMap<>();
        jedis.info("commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_"))
                .map(line -> line.substring("cmdstat_".length()).split(":calls=|,", 3))
                .filter(parts -> !READING.contains(parts[0]))
                .forEach(parts -> commands.put(parts[0], parts[1]));
        return commands;
    }
}
