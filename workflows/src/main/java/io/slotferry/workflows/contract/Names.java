package io.slotferry.workflows.contract;

import java.util.List;

/** The names by which workers, starters, schedules and the Web UI find each other. */
public final class Names {
    /** Task queue of every slotferry worker unless configured otherwise. */
    public static final String TASK_QUEUE = "slotferry";

    /** Workflow type of an expansion. */
    public static final String EXPAND_CLUSTER = "ExpandCluster";

    /** Workflow type of the lease that a run holds on its cluster. */
    public static final String CLUSTER_LEASE = "ClusterLease";

    /** Activity whose input is a run's {@link RunRecord}. */
    public static final String WRITE_RECORD = "WriteRecord";

    /** Search attribute (Keyword): the request's cluster name. */
    public static final String CLUSTER_ATTRIBUTE = "SlotferryCluster";

    /** Search attribute (Keyword): {@link RunState}. */
    public static final String STATE_ATTRIBUTE = "SlotferryState";

    /** Search attribute (Keyword): {@link Phase}. */
    public static final String PHASE_ATTRIBUTE = "SlotferryPhase";

    /** All search attributes, each of type Keyword. */
    public static final List<String> SEARCH_ATTRIBUTES = List.of(CLUSTER_ATTRIBUTE, STATE_ATTRIBUTE, PHASE_ATTRIBUTE);

    private Names() {}

    /** The command by which a person registers the search attributes in a namespace. */
    public static String registration(String namespace) {
        StringBuilder command = new StringBuilder("temporal operator search-attribute create --namespace " + namespace);
        SEARCH_ATTRIBUTES.forEach(
                name -> command.append(" --name ").append(name).append(" --type Keyword"));
        return command.toString();
    }

    /** The workflow ID that the CLI gives to an expansion of the cluster that the operator calls so. */
    public static String expansion(String clusterName) {
        return "expand-" + clusterName;
    }

    /** The workflow ID of a request that stops before anything changes ({@code stopAfter}). */
    public static String rehearsal(StopAfter stopAfter, String clusterName) {
        return stopAfter.name().toLowerCase(java.util.Locale.ROOT) + "-" + clusterName;
    }

    /** The workflow ID of the lease on the cluster that holds this member. */
    public static String lease(String nodeId) {
        return "lease/" + nodeId;
    }
}
