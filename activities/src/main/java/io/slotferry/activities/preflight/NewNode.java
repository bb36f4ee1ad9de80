package io.slotferry.activities.preflight;

import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import java.util.Optional;

/**
 * A node of the request as it answered.
 *
 * @param view empty where it is not in cluster mode
 * @param minReplicas min-replicas-to-write
 */
public record NewNode(NodeAddress asked, ServerInfo info, Optional<NodeView> view, int minReplicas) {
    /** Itself, at the address that the request gave. */
    public Member member() {
        return new Member(view.orElseThrow().viewer(), asked);
    }

    /** Whether it knows no node but itself. */
    boolean isAlone() {
        return view.filter(seen -> seen.nodes().size() == 1).isPresent();
    }
}
