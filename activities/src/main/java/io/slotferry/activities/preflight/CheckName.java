package io.slotferry.activities.preflight;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The stable names of the checks, as in {@code accept}, docs and metrics; docs/PREFLIGHT.md has a paragraph on each. */
public enum CheckName {
    CLUSTER_REACHABLE(false),
    NODE_REACHABLE(false),
    ONE_VIEW(false),
    COVERAGE(false),
    NO_OPEN_SLOT(false),
    NO_MIGRATION_JOB(false),
    NO_FAILING_NODE(false),
    NO_FAILOVER(false),
    NO_OTHER_SLOTFERRY(false),
    QUORUM(true),
    HOSTS_WITH_MASTERS(true),
    MASTER_WITHOUT_REPLICA(true),
    REPLICA_IN_SYNC(true),
    MASTER_AND_REPLICA_APART(true),
    /** Answered by the scan that follows preflight; accepted where the plan cannot go round the keys' slots. */
    BIG_KEYS(true),
    NEW_NODE_REACHABLE(false),
    NEW_NODE_CLUSTER_MODE(false),
    NEW_NODE_EMPTY(false),
    NEW_NODE_UNKNOWN(false),
    NEW_NODE_SAME_SERVER(true),
    NEW_NODE_MIN_REPLICAS(false),
    NEW_NODE_BUS_PORT(true),
    NEW_NODE_ANNOUNCED_ADDRESS(true),
    NEW_NODE_MEMORY(true),
    NEW_NODE_PERSISTENCE(true),
    CLOCKS(true),
    CONFIG_PARITY(true),
    ACL_PARITY(true),
    MODULE_PARITY(true),
    FUNCTION_PARITY(true),
    HARDWARE_PARITY(true),
    RIGHTS(true),
    LOAD_CPU(true),
    LOAD_MEMORY(true),
    LOAD_NETWORK(true),
    LATENCY_MEAN(true),
    LATENCY_P99(true),
    REPLICATION_LAG(true),
    READONLY_CLIENTS(true),
    CLIENT_BUFFERS(true),
    SLOW_LOG(true),
    FORK_ROOM(true);

    private final boolean acceptable;

    CheckName(boolean acceptable) {
        this.acceptable = acceptable;
    }

    /** Whether an operator may take its failure on himself. */
    boolean acceptable() {
        return acceptable;
    }

    /** Lower case, with dashes. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static Optional<CheckName> parse(String text) {
        return Arrays.stream(values()).filter(name -> name.text().equals(text)).findFirst();
    }
}
