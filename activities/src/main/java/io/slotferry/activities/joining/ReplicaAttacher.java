package io.slotferry.activities.joining;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;

/** Makes nodes replicas, and waits until each is linked, synchronised, and seen as a replica by every node. */
final class ReplicaAttacher {
    /** Without any progress of the synchronisation for this long, an operator is asked. */
    private static final long QUIET_MILLIS = 120_000;

    private final Change change;

    ReplicaAttacher(Change change) {
        this.change = change;
    }

    void attach(List<Pairing> pairings) {
        Agreed agreed = change.reader().agreed(change.access());
        for (Pairing pairing : pairings) {
            attach(agreed, pairing);
        }
        awaitSync(pairings);
    }

    private void attach(Agreed agreed, Pairing pairing) {
        Shard shard = shardOf(agreed, pairing);
        NodeAddress address = addressOf(agreed, pairing.replica());
        boolean already = shard.replicas().stream()
                .anyMatch(replica -> replica.id().equals(pairing.replica().id()));
        if (already) {
            return;
        }
        try (ChangeSession session = change.session(List.of(address))) {
            session.at(address).replicate(shard.master().id());
        }
    }

    private static NodeAddress addressOf(Agreed agreed, Member node) {
        return agreed.cluster()
                .members()
                .filter(member -> member.id().equals(node.id()))
                .map(Member::address)
                .findFirst()
                .orElse(node.address());
    }

    private static Shard shardOf(Agreed agreed, Pairing pairing) {
        return agreed.cluster().shardsOf(pairing.shard()).stream()
                .findFirst()
                .orElseThrow(() -> new Halted(
                        FailureKind.CLUSTER_CHANGED,
                        "The shard of " + pairing.shard().get(0) + " is not in the cluster any more.",
                        List.of(),
                        "see CLUSTER NODES; slotferry retry once it is back, or slotferry cancel"));
    }

    private void awaitSync(List<Pairing> pairings) {
        long lastOffset = -1;
        while (true) {
            List<String> missing = new ArrayList<>();
            if (Change.await(QUIET_MILLIS, () -> {
                missing.clear();
                missing.addAll(unsynced(pairings));
                requireNoStop(missing);
                return missing.isEmpty();
            })) {
                return;
            }
            long offset = offsets(pairings);
            if (offset == lastOffset) {
                throw new Halted(
                        FailureKind.REPLICA_NOT_IN_SYNC,
                        "New replicas did not synchronise, and nothing moved for " + QUIET_MILLIS / 1_000 + " s.",
                        missing,
                        "see the logs of the replica and its master (masterauth, repl-diskless-sync, memory), then"
                                + " slotferry retry");
            }
            lastOffset = offset;
        }
    }

    /** A copy may take long, and whoever stops a run does not wait for it: it goes on by itself. */
    private void requireNoStop(List<String> missing) {
        if (!missing.isEmpty() && change.lifeline().stopRequested()) {
            throw new Lifeline.Superseded("the worker stops, or the run was stopped, before new replicas were in sync");
        }
    }

    private Asked<ServerInfo> info(List<Pairing> pairings) {
        return change.reader()
                .ask(
                        pairings.stream()
                                .map(pairing -> pairing.replica().address())
                                .toList(),
                        Node::info);
    }

    private long offsets(List<Pairing> pairings) {
        return info(pairings).answers().values().stream()
                .mapToLong(info -> info.replication().offset())
                .sum();
    }

    private List<String> unsynced(List<Pairing> pairings) {
        Asked<ServerInfo> asked = info(pairings);
        List<String> missing = new ArrayList<>();
        asked.failures().values().forEach(failure -> missing.add(failure.getMessage()));
        asked.answers().forEach((address, info) -> {
            if (!info.replication().inSync()) {
                missing.add(address + " is not in sync: " + info.replication());
            }
        });
        if (missing.isEmpty()) {
            missing.addAll(notSeen(pairings));
        }
        return missing;
    }

    private List<String> notSeen(List<Pairing> pairings) {
        List<String> missing = new ArrayList<>();
        try {
            Agreed agreed = change.reader().agreed(change.access());
            for (Pairing pairing : pairings) {
                boolean seen = shardOf(agreed, pairing).replicas().stream().anyMatch(replica -> replica.id()
                        .equals(pairing.replica().id()));
                if (!seen) {
                    missing.add(pairing.replica() + " is not seen as a replica of "
                            + pairing.shard().get(0));
                }
            }
        } catch (Halted e) {
            missing.addAll(e.halt().evidence());
            missing.add(e.halt().message());
        }
        return missing;
    }
}
