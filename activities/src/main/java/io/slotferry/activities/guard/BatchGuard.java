package io.slotferry.activities.guard;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Stands before every batch. Waiting is an attempt that fails and is tried again, which writes no history. */
public interface BatchGuard {
    /**
     * Passes where the batch may begin.
     *
     * @return what clients of its masters feel; empty where that was not looked at
     * @throws io.slotferry.activities.attempt.Halted of kind NOT_HEALTHY or LOAD_TOO_HIGH, which are tried again
     * @throws io.slotferry.activities.redis.NodeFailure where a master of the batch does not answer
     */
    Optional<ClientLatency.Look> before(Ends ends);

    /** The batch is over: from here to the next gate the load on its nodes is that of clients alone. */
    void after(Ends ends);

    /** The limits that it keeps to. */
    default Thresholds thresholds() {
        return Thresholds.DEFAULT;
    }

    /** Lets every batch pass. */
    static BatchGuard none() {
        return new BatchGuard() {
            @Override
            public Optional<ClientLatency.Look> before(Ends ends) {
                return Optional.empty();
            }

            @Override
            public void after(Ends ends) {}
        };
    }

    /**
     * The ends of a batch's lanes.
     *
     * @param seen the cluster as every node sees it now
     * @param sources the shards that give slots, in the batch's lanes
     * @param targets the shards that take them
     */
    record Ends(ClusterReader reader, Agreed seen, List<Shard> sources, List<Shard> targets) {
        public Ends {
            sources = List.copyOf(sources);
            targets = List.copyOf(targets);
        }

        Stream<Shard> shards() {
            return Stream.concat(sources.stream(), targets.stream()).distinct();
        }

        List<NodeAddress> masters() {
            return shards().map(Shard::master).map(Member::address).toList();
        }
    }
}
