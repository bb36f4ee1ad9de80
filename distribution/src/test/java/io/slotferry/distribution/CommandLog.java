package io.slotferry.distribution;

import io.slotferry.activities.redis.ConnectionName;
import io.slotferry.servers.LocalNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol.Command;

/**
 * What nodes ran for slotferry's connections, by their own slow logs: set to take every command, they hold administrative
 * ones too, which MONITOR leaves out, with the connection's name and in the order in which they ran.
 */
final class CommandLog {
    /** For every node whose log is to be read. */
    static final String[] CONFIG = {"slowlog-log-slower-than 0", "slowlog-max-len 1000000"};

    private static final String ALL = "1000000";
    private static final Set<String> CHANGING = Set.of(
            "migrate",
            "cluster setslot",
            "cluster migrateslots",
            "cluster cancelslotmigrations",
            "cluster meet",
            "cluster forget",
            "cluster reset",
            "cluster replicate",
            "config set",
            "client kill",
            "function flush",
            "function restore");

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
            for (Object line : (List<?>) jedis.sendCommand(Command.SLOWLOG, "GET", ALL)) {
                entry(node, (List<?>) line).ifPresent(entries::add);
            }
            entries.sort(Comparator.comparingLong(Entry::id));
            return entries;
        }
    }

    /** A line is: ID, time, duration, command with its arguments, the client's address, its name. */
    private static Optional<Entry> entry(LocalNode node, List<?> line) {
        List<String> words =
                ((List<?>) line.get(3)).stream().map(CommandLog::text).toList();
        return ConnectionName.parse(text(line.get(5)))
                .filter(name -> isChange(words))
                .map(name -> new Entry(node, (Long) line.get(0), name, String.join(" ", words)));
    }

    private static String text(Object bytes) {
        return new String((byte[]) bytes, StandardCharsets.UTF_8);
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
                List<?> last = (List<?>) jedis.sendCommand(Command.SLOWLOG, "GET", "1");
                ends.put(node, (Long) ((List<?>) last.get(0)).get(0));
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
