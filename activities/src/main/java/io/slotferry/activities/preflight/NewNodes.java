package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Asks the nodes that a request wants to add. */
public final class NewNodes {
    private NewNodes() {}

    /** Each node's answer or failure, side by side. */
    public static Asked<NewNode> ask(ClusterReader reader, ExpandRequest request) {
        List<NodeAddress> addresses = Stream.concat(
                        request.add().masters().stream(),
                        request.add().replicas().stream().map(ExpandRequest.Replica::node))
                .toList();
        return reader.ask(addresses, NewNodes::look);
    }

    private static NewNode look(Node node) {
        ServerInfo info = node.info();
        int minReplicas =
                node.config("min-replicas-to-write").map(Integer::parseInt).orElse(0);
        return new NewNode(
                node.address(), info, info.clusterEnabled() ? Optional.of(node.view()) : Optional.empty(), minReplicas);
    }
}
