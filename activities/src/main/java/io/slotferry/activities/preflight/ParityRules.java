package io.slotferry.activities.preflight;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a difference between the configuration of an old and of a new node means; docs/PREFLIGHT.md prints the table. The
 * first rule that fits holds, and what no rule names is a warning.
 */
final class ParityRules {
    /** What a difference does. */
    enum Grade {
        MAY_DIFFER("may differ"),
        WARNS("warns"),
        FAILS("fails");

        private final String words;

        Grade(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    /**
     * A rule.
     *
     * @param parameters names of CONFIG GET; {@code *} stands for any characters
     * @param pattern matches these
     */
    record Rule(Grade grade, String why, List<String> parameters, Pattern pattern) {
        Rule(Grade grade, String why, List<String> parameters) {
            this(
                    grade,
                    why,
                    parameters,
                    Pattern.compile(String.join("|", parameters).replace("*", ".*")));
        }

        boolean fits(String parameter) {
            return pattern.matcher(parameter).matches();
        }
    }

    private static final Rule UNNAMED = new Rule(Grade.WARNS, "nobody needs it to be the same", List.of("*"));

    static final List<Rule> ALL = List.of(
            rule(
                    Grade.MAY_DIFFER,
                    "where it listens and what it says of itself: `new-node-announced-address` looks at that",
                    "port",
                    "tls-port",
                    "cluster-port",
                    "bind",
                    "bind-source-addr",
                    "unixsocket*",
                    "cluster-announce-*",
                    "replica-announce-*",
                    "rdma-*",
                    "availability-zone"),
            rule(
                    Grade.MAY_DIFFER,
                    "its files and its place on its host",
                    "dir",
                    "dbfilename",
                    "appendfilename",
                    "appenddirname",
                    "aclfile",
                    "cluster-config-file",
                    "logfile",
                    "pidfile",
                    "tls-*-file",
                    "tls-*-dir",
                    "syslog-ident",
                    "*-cpulist",
                    "oom-score-adj*",
                    "supervised",
                    "daemonize",
                    "proc-title-template"),
            rule(Grade.MAY_DIFFER, "what it is to the cluster now", "replicaof", "replica-priority", "hash-seed"),
            rule(Grade.MAY_DIFFER, "`new-node-persistence` compares it", "save", "appendonly"),
            rule(
                    Grade.FAILS,
                    "a new node could not log in to the others, nor they and the clients to it",
                    "masterauth",
                    "masteruser",
                    "requirepass",
                    "tls-cluster",
                    "tls-replication",
                    "tls-auth-clients"),
            rule(
                    Grade.FAILS,
                    "writes to moved slots would be refused, or lost, where they are not today",
                    "min-replicas-to-write",
                    "maxmemory-policy",
                    "proto-max-bulk-len"),
            rule(Grade.FAILS, "a slot has keys in databases that the new node has not", "cluster-databases"),
            rule(Grade.FAILS, "clients would be sent to addresses of another kind", "cluster-preferred-endpoint-type"),
            rule(
                    Grade.FAILS,
                    "the same keys would take another encoding: more memory, other latencies",
                    "hash-max-*-entries",
                    "hash-max-*-value",
                    "list-max-listpack-size",
                    "list-max-ziplist-size",
                    "set-max-*",
                    "zset-max-*",
                    "stream-node-max-*"),
            rule(
                    Grade.FAILS,
                    "nodes would judge failures and lost slots differently",
                    "cluster-node-timeout",
                    "cluster-require-full-coverage"),
            rule(Grade.FAILS, "clients that listen would miss events of moved keys", "notify-keyspace-events"));

    private static final Set<String> SECRETS =
            Set.of("masterauth", "primaryauth", "requirepass", "tls-key-file-pass", "tls-client-key-file-pass");

    private ParityRules() {}

    private static Rule rule(Grade grade, String why, String... parameters) {
        return new Rule(grade, why, List.of(parameters));
    }

    static Rule of(String parameter) {
        return ALL.stream().filter(rule -> rule.fits(parameter)).findFirst().orElse(UNNAMED);
    }

    /** Whether its value is never to be shown. */
    static boolean secret(String parameter) {
        return SECRETS.contains(parameter) || parameter.endsWith("-pass");
    }

    /** The parameters to compare: those that go by two names have one of them. */
    static Set<String> compared(Set<String> parameters) {
        return parameters.stream()
                .filter(name ->
                        !parameters.contains(canonical(name)) || canonical(name).equals(name))
                .collect(Collectors.toCollection(java.util.TreeSet::new));
    }

    private static String canonical(String name) {
        return switch (name) {
            case "slaveof" -> "replicaof";
            case "primaryauth" -> "masterauth";
            case "primaryuser" -> "masteruser";
            case "lua-time-limit" -> "busy-reply-threshold";
            case "list-max-ziplist-size" -> "list-max-listpack-size";
            default ->
                name.replace("slave", "replica").replace("ziplist", "listpack").replace("_cpulist", "-cpulist");
        };
    }
}
