package io.slotferry.activities.preflight;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The stable names of the checks, as in {@code accept}, docs and metrics. */
public enum CheckName {
    CLUSTER_REACHABLE(false),
    NODE_REACHABLE(false),
    ONE_VIEW(false),
    COVERAGE(false),
    NO_OPEN_SLOT(false),
    NO_MIGRATION_JOB(false),
    NO_FAILING_NODE(false),
    NO_OTHER_SLOTFERRY(false),
    MASTER_WITHOUT_REPLICA(true),
    REPLICA_IN_SYNC(true),
    MASTER_AND_REPLICA_APART(true),
    NEW_NODE_REACHABLE(false),
    NEW_NODE_CLUSTER_MODE(false),
    NEW_NODE_EMPTY(false),
    NEW_NODE_UNKNOWN(false),
    NEW_NODE_SAME_SERVER(true),
    NEW_NODE_MIN_REPLICAS(false);

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
