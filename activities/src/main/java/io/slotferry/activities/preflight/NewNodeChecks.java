package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.AttachReplicas;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Checks of the nodes that the request wants to add. A node that is a member in its planned role already is fine. */
final class NewNodeChecks {
    private final ExpandRequest request;
    private final Answers answers;
    private final List<NodeView> views;
    private final Optional<ServerInfo> example;

    NewNodeChecks(ExpandRequest request, Answers answers, Readings readings) {
        this.request = request;
        this.answers = answers;
        this.views = readings.views();
        this.example =
                readings.members().values().stream().map(NodeReading::info).findFirst();
    }

    void check(Asked<NewNode> asked) {
        for (NodeAddress address : request.add().masters()) {
            check(address, Role.MASTER, asked);
        }
        for (ExpandRequest.Replica replica : request.add().replicas()) {
            check(replica.node(), Role.REPLICA, asked);
        }
    }

    private void check(NodeAddress address, Role planned, Asked<NewNode> asked) {
        Optional<NodeAddress> subject = Optional.of(address);
        NodeFailure failure = asked.failures().get(address);
        if (failure != null) {
            answers.fail(
                    CheckName.NEW_NODE_REACHABLE,
                    subject,
                    failure.getMessage(),
                    failure.halt().next());
            Stream.of(CheckName.NEW_NODE_CLUSTER_MODE, CheckName.NEW_NODE_EMPTY, CheckName.NEW_NODE_UNKNOWN)
                    .forEach(check -> answers.notApplicable(check, subject, "the node could not be asked"));
            return;
        }
        NewNode node = asked.answers().get(address);
        answers.pass(
                CheckName.NEW_NODE_REACHABLE,
                subject,
                node.info().engine() + " " + node.info().version());
        sameServer(node, subject);
        if (node.view().isEmpty()) {
            answers.fail(
                    CheckName.NEW_NODE_CLUSTER_MODE,
                    subject,
                    address + " runs without cluster mode (cluster_enabled:0)",
                    "set cluster-enabled yes in its configuration and restart it");
            return;
        }
        answers.pass(CheckName.NEW_NODE_CLUSTER_MODE, subject, "cluster_enabled:1");
        minReplicas(node, planned, subject);
        if (isMember(node)) {
            checkMember(node, planned, subject);
        } else {
            unknown(node, subject);
            empty(node, subject);
        }
    }

    private boolean isMember(NewNode node) {
        return lineOf(node).isPresent();
    }

    private Optional<KnownNode> lineOf(NewNode node) {
        return views.stream()
                .flatMap(view -> view.nodes().stream())
                .filter(known -> known.id().equals(node.view().orElseThrow().viewer()))
                .findFirst();
    }

    private Optional<NodeAddress> addressOf(NodeId id) {
        return views.stream()
                .flatMap(view -> view.nodes().stream())
                .filter(known -> known.id().equals(id))
                .findFirst()
                .map(KnownNode::address);
    }

    private void checkMember(NewNode node, Role planned, Optional<NodeAddress> subject) {
        KnownNode line = lineOf(node).orElseThrow();
        // A replica-to-be that joined and was not attached yet: a master without slots and keys.
        boolean unattached =
                planned == Role.REPLICA && line.slots().isEmpty() && node.info().totalKeys() == 0;
        if (line.role() == planned || unattached) {
            answers.pass(
                    CheckName.NEW_NODE_UNKNOWN,
                    subject,
                    "it is a member of this cluster already, as a "
                            + line.role().name().toLowerCase(java.util.Locale.ROOT));
            answers.notApplicable(CheckName.NEW_NODE_EMPTY, subject, "it is a member of this cluster already");
        } else {
            answers.fail(
                    CheckName.NEW_NODE_UNKNOWN,
                    subject,
                    subject.orElseThrow() + " is a member of this cluster already, as a "
                            + line.role().name().toLowerCase(java.util.Locale.ROOT)
                            + (line.slots().isEmpty()
                                    ? ""
                                    : " that owns "
                                            + Preflight.counted(line.slots().size(), "slot"))
                            + line.masterId()
                                    .flatMap(this::addressOf)
                                    .map(master -> " of " + master)
                                    .orElse(""),
                    "name a node that belongs to no cluster");
        }
    }

    private void unknown(NewNode node, Optional<NodeAddress> subject) {
        if (node.isAlone() && node.view().orElseThrow().self().role() == Role.MASTER) {
            answers.pass(CheckName.NEW_NODE_UNKNOWN, subject, "it knows no other node");
        } else {
            answers.fail(
                    CheckName.NEW_NODE_UNKNOWN,
                    subject,
                    subject.orElseThrow() + " belongs to another cluster: it knows " + others(node),
                    "name a node that belongs to no cluster, or take this one out of its cluster first (CLUSTER FORGET"
                            + " there, then CLUSTER RESET HARD on it)");
        }
    }

    private static String others(NewNode node) {
        List<NodeAddress> others = node.view().orElseThrow().nodes().stream()
                .filter(known -> !known.id().equals(node.view().orElseThrow().viewer()))
                .map(KnownNode::address)
                .sorted()
                .toList();
        return others.isEmpty()
                ? "the node that it replicates"
                : Preflight.counted(others.size(), "other node") + ", such as " + others.get(0);
    }

    private void empty(NewNode node, Optional<NodeAddress> subject) {
        int slots = node.view().orElseThrow().self().slots().size();
        long keys = node.info().totalKeys();
        if (keys == 0 && slots == 0) {
            answers.pass(CheckName.NEW_NODE_EMPTY, subject, "no key, no slot");
        } else {
            answers.fail(
                    CheckName.NEW_NODE_EMPTY,
                    subject,
                    subject.orElseThrow() + " is not empty: it has " + Preflight.counted(keys, "key") + " and "
                            + Preflight.counted(slots, "slot"),
                    "name an empty node; only if its data is not needed, empty it: redis-cli -h "
                            + node.asked().host() + " -p " + node.asked().port()
                            + " flushall, then cluster reset hard");
        }
    }

    private void sameServer(NewNode node, Optional<NodeAddress> subject) {
        if (example.isEmpty()) {
            return;
        }
        String there = example.get().engine() + " " + example.get().version();
        String here = node.info().engine() + " " + node.info().version();
        if (here.equals(there)) {
            answers.pass(CheckName.NEW_NODE_SAME_SERVER, subject, here);
        } else {
            answers.fail(
                    CheckName.NEW_NODE_SAME_SERVER,
                    subject,
                    subject.orElseThrow() + " runs " + here + ", the cluster " + there,
                    "run the cluster's version on it, or accept \"new-node-same-server\" in the request (an older target"
                            + " may refuse keys of a newer source)");
        }
    }

    private void minReplicas(NewNode node, Role planned, Optional<NodeAddress> subject) {
        if (planned != Role.MASTER) {
            return;
        }
        if (node.minReplicas() == 0) {
            answers.pass(CheckName.NEW_NODE_MIN_REPLICAS, subject, "min-replicas-to-write 0");
        } else if (request.attachReplicas() == AttachReplicas.AFTER_RESHARD
                || request.add().replicas().isEmpty()) {
            answers.fail(
                    CheckName.NEW_NODE_MIN_REPLICAS,
                    subject,
                    subject.orElseThrow() + " has min-replicas-to-write " + node.minReplicas()
                            + " and no replica while slots move to it: it would refuse every key",
                    "attach replicas before the reshard (attachReplicas BEFORE_RESHARD), or set min-replicas-to-write 0 on"
                            + " it");
        } else {
            answers.pass(
                    CheckName.NEW_NODE_MIN_REPLICAS,
                    subject,
                    "min-replicas-to-write " + node.minReplicas() + ", replicas come before the slots");
        }
    }
}
