package io.slotferry.workflows.contract;

import io.slotferry.planning.NodeAddress;
import java.util.List;
import java.util.Optional;

/**
 * How an activity reaches a cluster: any of these nodes, with the credentials that the worker knows under this name.
 *
 * @param seeds at least one; tried in order
 * @param credentials name of an entry that the worker resolves; never a secret itself
 */
public record ClusterAccess(List<NodeAddress> seeds, Optional<String> credentials) {
    public ClusterAccess {
        seeds = List.copyOf(seeds);
    }
}
