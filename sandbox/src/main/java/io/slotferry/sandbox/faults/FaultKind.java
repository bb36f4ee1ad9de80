package io.slotferry.sandbox.faults;

/** What can befall a run. */
enum FaultKind {
    /** SIGKILL; another worker is started after a while. */
    WORKER_KILLED(Struck.WORKER, 5, "worker killed"),
    /** SIGSTOP, for less or for more than the heartbeat timeout, then SIGCONT. */
    WORKER_FROZEN(Struck.WORKER, 4, "worker frozen"),
    /** SIGTERM; another worker is started after a while. */
    WORKER_STOPPED(Struck.WORKER, 3, "worker stopped"),
    /** Its wire to Temporal is cut, not that to the nodes, for less or for more than the heartbeat timeout. */
    WORKER_CUT_OFF(Struck.WORKER, 4, "worker cut off from Temporal"),
    /** SIGKILL to Temporal, which is started again on its file. */
    TEMPORAL_KILLED(Struck.TEMPORAL, 3, "Temporal killed"),
    /** SIGKILL to a master: its replica takes over, or it comes back with its data. */
    MASTER_KILLED(Struck.NODE, 6, "master killed"),
    /** SIGKILL to a replica, which is started again. */
    REPLICA_KILLED(Struck.NODE, 3, "replica killed"),
    /** SIGSTOP to a node for less than cluster-node-timeout. */
    NODE_FROZEN_BRIEFLY(Struck.NODE, 3, "node frozen briefly"),
    /** SIGSTOP to a node for more than cluster-node-timeout. */
    NODE_FROZEN_LONG(Struck.NODE, 3, "node frozen long"),
    /** CLUSTER FAILOVER, which hands over without loss. */
    FAILOVER(Struck.NODE, 4, "failover"),
    /** CLUSTER FAILOVER FORCE, without the old master's consent. */
    FAILOVER_FORCED(Struck.NODE, 4, "failover forced"),
    /** Somebody opens a slot, and closes it after a while. */
    SLOT_OPENED(Struck.SLOT, 2, "slot opened by a stranger"),
    /** Somebody moves a slot between two old shards. */
    SLOT_MOVED(Struck.SLOT, 2, "slot moved by a stranger"),
    /** The operator says retry, whether or not that is legal. */
    RETRY(Struck.RUN, 1, "retry"),
    /** The operator stops the run. */
    CANCEL(Struck.RUN, 2, "cancel"),
    /** The operator wants everything undone. */
    ROLLBACK(Struck.RUN, 4, "rollback"),
    /** The operator wants it to end where it is. */
    STOP_HERE(Struck.RUN, 2, "stop-here"),
    /** Temporal's terminate, and another run that goes on. */
    TERMINATED_CONTINUED(Struck.RUN, 3, "terminated, then continued"),
    /** Temporal's terminate, and another run that undoes it. */
    TERMINATED_ROLLED_BACK(Struck.RUN, 3, "terminated, then rolled back"),
    /** Temporal's own cancel. */
    TEMPORAL_CANCEL(Struck.RUN, 1, "Temporal's cancel"),
    /** Temporal's reset of the run, to any of its workflow tasks. */
    RESET(Struck.RUN, 1, "reset");

    /** What a fault strikes: at most one of a kind is struck at a time. */
    enum Struck {
        WORKER,
        TEMPORAL,
        NODE,
        SLOT,
        RUN
    }

    private final Struck struck;
    private final int weight;
    private final String words;

    FaultKind(Struck struck, int weight, String words) {
        this.struck = struck;
        this.weight = weight;
        this.words = words;
    }

    Struck struck() {
        return struck;
    }

    /** How often it is drawn, beside the others. */
    int weight() {
        return weight;
    }

    /** For a person. */
    String words() {
        return words;
    }

    /** Whether the operator's word, or Temporal's, ends the run or turns it round: one a run is enough. */
    boolean steers() {
        return struck == Struck.RUN && this != RETRY;
    }
}
