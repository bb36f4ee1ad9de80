package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.preflight.NodeReading.Limits;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ExpandRequest;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was read of all nodes, old and new, side by side.
 *
 * @param members of the cluster, without those that the request names as new
 * @param added nodes of the request that answered, whether or not they are members already
 * @param views of every member
 * @param agreed the cluster, where the views agree
 * @param failures of nodes that answered before, and not when they were read
 */
record Readings(
        ExpandRequest request,
        Map<NodeAddress, NodeReading> members,
        Map<NodeAddress, NodeReading> added,
        Map<NodeAddress, NewNode> newNodes,
        List<NodeView> views,
        Optional<Cluster> agreed,
        Map<NodeAddress, NodeFailure> failures) {

    /** Asks every node. */
    static Readings of(
            ClusterReader reader, ExpandRequest request, Asked<NewNode> newNodes, List<NodeView> views, Limits limits) {
        Set<NodeAddress> addresses = new LinkedHashSet<>();
        views.stream().map(NodeView::self).map(KnownNode::address).forEach(addresses::add);
        Asked<NodeReading> old = reader.ask(addresses, node -> NodeReading.of(node, limits));
        Asked<NodeReading> added = reader.ask(newNodes.answers().keySet(), node -> NodeReading.of(node, limits));
        Set<String> newProcesses = added.answers().values().stream()
                .map(reading -> reading.info().runId())
                .collect(Collectors.toSet());
        Map<NodeAddress, NodeReading> members = new LinkedHashMap<>(old.answers());
        members.values()
                .removeIf(reading -> newProcesses.contains(reading.info().runId()));
        Map<NodeAddress, NodeFailure> failures = new LinkedHashMap<>(old.failures());
        failures.putAll(added.failures());
        return new Readings(request, members, added.answers(), newNodes.answers(), views, Optional.empty(), failures);
    }

    Readings with(Optional<Cluster> cluster) {
        return new Readings(request, members, added, newNodes, views, cluster, failures);
    }

    /** Members and new nodes. */
    Map<NodeAddress, NodeReading> all() {
        Map<NodeAddress, NodeReading> all = new LinkedHashMap<>(members);
        all.putAll(added);
        return all;
    }

    /** Whether the request wants this node as a master. */
    boolean isNewMaster(NodeAddress address) {
        return request.add().masters().contains(address);
    }
}
