package io.slotferry.planning;

import java.util.List;

/** Whether the views of all nodes of a cluster are one. */
public sealed interface ViewAgreement {
    /** Every node was asked, and all of them see this cluster. */
    record Agreed(Cluster cluster) implements ViewAgreement {}

    /**
     * The views differ, or are not complete.
     *
     * @param differences short sentences with the evidence, at most {@value ClusterViews#MAX_DIFFERENCES} and one that says
     *     how many more there are
     */
    record Disagreed(List<String> differences) implements ViewAgreement {
        public Disagreed {
            differences = List.copyOf(differences);
        }
    }
}
