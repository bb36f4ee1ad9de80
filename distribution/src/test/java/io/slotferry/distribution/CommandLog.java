package io.slotferry.distribution;

import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.servers.LocalNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.resps.Slowlog;

/**
 * What nodes ran for slotferry's connections, by their own slow logs: set to take every command, they hold administrative
 * ones too, which MONITOR leaves out, with the connection's name and in the order in which they ran.
 */
final class CommandLog {
    /** For every node whose log is to be read. */
    static final String[] CONFIG = {"slowlog-log-slower-than 0", "slowlog-max-len 1000000"};

    private static final int ALL = 1_000_000;
    private static final Set<String> CHANGING = Set.of(
            "migrate",
            "cluster setslot",
            "cluster meet",
            "cluster forget",
            "cluster reset",
            "cluster replicate",
            "config set",
            "client kill",
            "function flush");

    private CommandLog() {}

    /** A command that changed something, or ended a connection. */
    record Entry(LocalNode node, long id, ConnectionName connection, String command) {
        @Override
        public String toString() {
            return node + " #" + id + " " + connection + ": " + command;
        }
    }

    /** In the order in which the node ran them. */
    static List<Entry> changes(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            List<Entry> entries = new ArrayList<>();
            for (Slowlog line : jedis.slowlogGet(ALL)) {
                String command = String.join(" ", line.getArgs());
                ConnectionName.parse(line.getClientName())
                        .filter(name -> isChange(line.getArgs()))
                        .ifPresent(name -> entries.add(new Entry(node, line.getId(), name, command)));
            }
            entries.sort(Comparator.comparingLong(Entry::id));
            return entries;
        }
    }

    private static boolean isChange(List<String> words) {
        String first = words.get(0).toLowerCase(Locale.ROOT);
        return CHANGING.contains(first)
                || (words.size() > 1
                        && CHANGING.contains(first + " " + words.get(1).toLowerCase(Locale.ROOT)));
    }

    /** Where every log ends now. */
    static Map<LocalNode, Long> ends(List<LocalNode> nodes) {
        Map<LocalNode, Long> ends = new HashMap<>();
        for (LocalNode node : nodes) {
            try (Jedis jedis = node.jedis()) {
                ends.put(
                        node,
                        jedis.slowlogGet(1).stream()
                                .mapToLong(Slowlog::getId)
                                .findFirst()
                                .orElse(-1));
            }
        }
        return ends;
    }

    /** What this connection's attempt changed after those ends. */
    static List<Entry> changesAfter(Map<LocalNode, Long> ends, String connection) {
        return ends.entrySet().stream()
                .flatMap(end -> changes(end.getKey()).stream().filter(entry -> entry.id() > end.getValue()))
                .filter(entry -> entry.connection().toString().equals(connection))
                .toList();
    }

    /** What an attempt changed on a node on which a later attempt of its run had ended a connection or changed something. */
    static List<Entry> changesBehindAFence(List<LocalNode> nodes) {
        List<Entry> behind = new ArrayList<>();
        for (LocalNode node : nodes) {
            Map<String, ConnectionName> newest = new HashMap<>();
            for (Entry entry : changes(node)) {
                ConnectionName name = entry.connection();
                if (newest.containsKey(name.run()) && name.olderThan(newest.get(name.run()))) {
                    behind.add(entry);
                } else {
                    newest.put(name.run(), name);
                }
            }
        }
        return behind;
    }
}
