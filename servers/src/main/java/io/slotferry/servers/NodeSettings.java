package io.slotferry.servers;

import java.util.ArrayList;
import java.util.List;

/** What all nodes of one {@link LocalCluster} have in common. */
record NodeSettings(ServerBinary binary, List<String> config, Login login) {
    /** How to log in; user and password are null where no login is needed. */
    record Login(String user, String password) {}

    NodeSettings {
        config = List.copyOf(config);
    }

    /**
     * The configuration file's lines for a node; the caller's lines come last, since the last one of a kind wins.
     * No persistence, so that tests do not wait for disks, and replicas that sync at once instead of after 5 s.
     */
    List<String> lines(String host, int port, boolean clusterMode) {
        List<String> lines = new ArrayList<>(List.of(
                "bind " + host,
                "port " + port,
                "protected-mode no",
                "daemonize no",
                "save \"\"",
                "appendonly no",
                "repl-diskless-sync yes",
                "repl-diskless-sync-delay 0"));
        if (clusterMode) {
            lines.add("cluster-enabled yes");
            lines.add("cluster-config-file nodes.conf");
            lines.add("cluster-announce-ip " + host);
        }
        config.stream()
                .filter(line -> clusterMode || !line.startsWith("cluster-"))
                .forEach(lines::add);
        return lines;
    }
}
