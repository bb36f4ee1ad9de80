package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import java.util.List;
import java.util.Optional;

/** Checks that every shard could lose its master. */
final class ReplicaChecks {
    private final ClusterReader reader;
    private final Answers answers;

    ReplicaChecks(ClusterReader reader, Answers answers) {
        this.reader = reader;
        this.answers = answers;
    }

    void check(Optional<Cluster> agreed) {
        if (agreed.isEmpty()) {
            for (CheckName check : List.of(
                    CheckName.MASTER_WITHOUT_REPLICA, CheckName.REPLICA_IN_SYNC, CheckName.MASTER_AND_REPLICA_APART)) {
                answers.notApplicable(check, Optional.empty(), "the nodes' views differ");
            }
            return;
        }
        Cluster cluster = agreed.get();
        withoutReplica(cluster);
        apart(cluster);
        inSync(cluster);
    }

    private void withoutReplica(Cluster cluster) {
        // A master without slots holds nothing that a replica would keep.
        List<Shard> bare = ClusterViews.withoutReplica(cluster).stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
        bare.forEach(shard -> answers.fail(
                CheckName.MASTER_WITHOUT_REPLICA,
                Optional.of(shard.master().address()),
                "master " + shard.master() + " owns "
                        + Preflight.counted(shard.slots().size(), "slot") + " and has no replica",
                "add a replica to it, or accept \"master-without-replica\" in the request"));
        if (bare.isEmpty()) {
            answers.pass(CheckName.MASTER_WITHOUT_REPLICA, Optional.empty(), "every master has a replica");
        }
    }

    private void apart(Cluster cluster) {
        List<ClusterViews.SharedHost> shared = ClusterViews.sharedHosts(cluster);
        if (cluster.onOneHost()) {
            answers.notApplicable(
                    CheckName.MASTER_AND_REPLICA_APART, Optional.empty(), "all nodes run on one host: a sandbox");
            return;
        }
        shared.forEach(pair -> answers.warn(
                CheckName.MASTER_AND_REPLICA_APART,
                Optional.of(pair.master().address()),
                pair.master() + " and its replica " + pair.replica() + " run on one host",
                "move the replica to another host: losing this one loses the shard"));
        if (shared.isEmpty()) {
            answers.pass(CheckName.MASTER_AND_REPLICA_APART, Optional.empty(), "no replica shares its master's host");
        }
    }

    private void inSync(Cluster cluster) {
        List<NodeAddress> replicas = cluster.shards().stream()
                .flatMap(shard -> shard.replicas().stream())
                .map(Member::address)
                .toList();
        Asked<ServerInfo> asked = reader.ask(replicas, Node::info);
        for (Shard shard : cluster.shards()) {
            if (!shard.replicas().isEmpty()) {
                inSync(shard, asked);
            }
        }
    }

    private void inSync(Shard shard, Asked<ServerInfo> asked) {
        Optional<NodeAddress> master = Optional.of(shard.master().address());
        boolean any = shard.replicas().stream()
                .map(replica -> asked.answers().get(replica.address()))
                .anyMatch(info -> info != null && info.replication().inSync());
        if (any) {
            answers.pass(CheckName.REPLICA_IN_SYNC, master, "a replica is linked and in sync");
        } else {
            answers.fail(
                    CheckName.REPLICA_IN_SYNC,
                    master,
                    "no replica of " + shard.master() + " has master_link_status:up",
                    "see INFO replication on " + shard.replicas().get(0).address()
                            + "; wait until it is linked and synchronised");
        }
    }
}
