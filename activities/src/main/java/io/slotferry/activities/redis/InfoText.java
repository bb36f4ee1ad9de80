package io.slotferry.activities.redis;

import io.slotferry.activities.redis.Particulars.Work;
import io.slotferry.activities.redis.ServerInfo.Load;
import io.slotferry.activities.redis.ServerInfo.MasterLink;
import io.slotferry.activities.redis.ServerInfo.ReplicaLine;
import io.slotferry.activities.redis.ServerInfo.Replication;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads INFO, and other texts of lines {@code key:value}. */
final class InfoText {
    private static final String COMMAND = "cmdstat_";

    /** What is no use of keys, or is how they are moved. */
    private static final Set<String> NO_CLIENTS = Set.of(
            "acl",
            "asking",
            "auth",
            "client",
            "cluster",
            "command",
            "config",
            "dump",
            "hello",
            "info",
            "latency",
            "memory",
            "migrate",
            "module",
            "ping",
            "psync",
            "readonly",
            "replconf",
            "restore",
            "restore-asking",
            "role",
            "select",
            "slowlog",
            "sync",
            "time");

    private InfoText() {}

    /** Every {@code key:value} line, in order. */
    static Map<String, String> facts(String text) {
        Map<String, String> facts = new LinkedHashMap<>();
        for (String line : text.split("\r?\n")) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                facts.put(line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return facts;
    }

    static ServerInfo info(String text) {
        Map<String, String> facts = facts(text);
        boolean valkey = facts.containsKey("valkey_version");
        return new ServerInfo(
                valkey ? "valkey" : "redis",
                facts.getOrDefault(valkey ? "valkey_version" : "redis_version", "unknown"),
                facts.getOrDefault("run_id", ""),
                "1".equals(facts.get("cluster_enabled")),
                keys(facts),
                Optional.ofNullable(facts.get("rdb_last_load_keys_loaded")).map(Long::valueOf),
                "1".equals(facts.get("aof_enabled")),
                "1".equals(facts.get("loading")),
                replication(facts),
                load(facts));
    }

    private static Load load(Map<String, String> facts) {
        String threads = facts.containsKey("used_cpu_user_main_thread") ? "_main_thread" : "";
        long maxMemory = Long.parseLong(facts.getOrDefault("maxmemory", "0"));
        return new Load(
                Double.parseDouble(facts.getOrDefault("used_cpu_user" + threads, "0"))
                        + Double.parseDouble(facts.getOrDefault("used_cpu_sys" + threads, "0")),
                Long.parseLong(facts.getOrDefault("used_memory", "0")),
                maxMemory > 0 ? maxMemory : Long.parseLong(facts.getOrDefault("total_system_memory", "0")),
                Long.parseLong(facts.getOrDefault("total_net_input_bytes", "0")),
                Long.parseLong(facts.getOrDefault("total_net_output_bytes", "0")),
                Math.max(
                        Long.parseLong(facts.getOrDefault("client_recent_max_output_buffer", "0")),
                        Long.parseLong(facts.getOrDefault("mem_clients_slaves", "0"))));
    }

    /** Of lines {@code cmdstat_lrange:calls=7,usec=210,...}. */
    static Work work(Map<String, String> facts) {
        long calls = 0;
        long micros = 0;
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            String name = fact.getKey();
            if (name.startsWith(COMMAND)
                    && !NO_CLIENTS.contains(name.substring(COMMAND.length()).split("\\|")[0])) {
                Map<String, String> pairs = pairs(fact.getValue());
                calls += Long.parseLong(pairs.getOrDefault("calls", "0"));
                micros += Long.parseLong(pairs.getOrDefault("usec", "0"));
            }
        }
        return new Work(calls, micros);
    }

    /** Number of keys by database, from lines {@code db0:keys=12,expires=3,...}. */
    static Map<Integer, Long> keys(Map<String, String> facts) {
        Map<Integer, Long> keys = new HashMap<>();
        facts.forEach((name, value) -> {
            if (name.matches("db\\d+")) {
                long count = Long.parseLong(pairs(value).getOrDefault("keys", "0"));
                if (count > 0) {
                    keys.put(Integer.parseInt(name.substring(2)), count);
                }
            }
        });
        return keys;
    }

    private static Replication replication(Map<String, String> facts) {
        boolean master = !"slave".equals(facts.get("role"));
        String offset = facts.getOrDefault(master ? "master_repl_offset" : "slave_repl_offset", "0");
        Optional<MasterLink> link = master
                ? Optional.empty()
                : Optional.of(new MasterLink(
                        facts.getOrDefault("master_host", ""),
                        Integer.parseInt(facts.getOrDefault("master_port", "0")),
                        "up".equals(facts.get("master_link_status")),
                        !"0".equals(facts.getOrDefault("master_sync_in_progress", "0"))));
        return new Replication(master, Long.parseLong(offset), link, replicas(facts));
    }

    private static List<ReplicaLine> replicas(Map<String, String> facts) {
        List<ReplicaLine> replicas = new ArrayList<>();
        facts.forEach((name, value) -> {
            Map<String, String> pairs = pairs(value);
            // A backup that streams shows as a slaveN line with port 0.
            if (name.matches("slave\\d+") && !"0".equals(pairs.getOrDefault("port", "0"))) {
                replicas.add(new ReplicaLine(
                        new NodeAddress(pairs.getOrDefault("ip", "unknown"), Integer.parseInt(pairs.get("port"))),
                        "online".equals(pairs.get("state")),
                        Long.parseLong(pairs.getOrDefault("offset", "0"))));
            }
        });
        return replicas;
    }

    private static Map<String, String> pairs(String value) {
        Map<String, String> pairs = new HashMap<>();
        for (String pair : value.split(",")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                pairs.put(pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return pairs;
    }
}
