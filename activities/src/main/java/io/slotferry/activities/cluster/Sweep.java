package io.slotferry.activities.cluster;

import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import java.util.List;
import java.util.Map;

/**
 * What a look at every node gave.
 *
 * @param views of the nodes that answered
 * @param failures of those that did not
 */
public record Sweep(List<NodeView> views, Map<NodeAddress, NodeFailure> failures) {
    public Sweep {
        views = List.copyOf(views);
        failures = Map.copyOf(failures);
    }
}
