package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.NodeAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an operator asks, with every default filled in. Read by {@link RequestReader} from the one JSON value that starts a
 * run, so a request that exists is well-formed.
 *
 * @param accept preflight checks that the operator takes on himself, {@code check} or {@code check@host:port}
 */
public record ExpandRequest(
        ClusterRef cluster,
        Add add,
        String backup,
        Approval approval,
        Optional<StopAfter> stopAfter,
        BatchOptions batch,
        Pacing pacing,
        AttachReplicas attachReplicas,
        List<String> accept) {

    /** The value of {@code backup} that does without one, spelled out. */
    public static final String NO_BACKUP = "none";

    public ExpandRequest {
        accept = List.copyOf(accept);
    }

    /**
     * This request as JSON on one line, without what only says how far to go and who must agree: a rehearsed plan and the
     * run itself have the same text, and so the same fingerprint.
     */
    public String canonical() {
        ObjectNode tree = SlotferryJson.mapper().valueToTree(this);
        tree.remove(List.of("approval", "stopAfter"));
        return tree.toString();
    }

    /** The same at another speed. */
    public ExpandRequest with(Pacing other) {
        return new ExpandRequest(cluster, add, backup, approval, stopAfter, batch, other, attachReplicas, accept);
    }

    /** How activities reach the cluster. */
    public ClusterAccess access() {
        return new ClusterAccess(cluster.seeds(), cluster.credentials());
    }

    /**
     * The cluster to grow.
     *
     * @param name what the operator calls it; letters, digits, dot, dash and underscore
     * @param credentials name of an entry that the worker resolves
     */
    public record ClusterRef(String name, List<NodeAddress> seeds, Optional<String> credentials) {
        public ClusterRef {
            seeds = List.copyOf(seeds);
        }
    }

    /** The nodes to add: running, in cluster mode, empty, and unknown to any cluster. */
    public record Add(List<NodeAddress> masters, List<Replica> replicas) {
        public Add {
            masters = List.copyOf(masters);
            replicas = List.copyOf(replicas);
        }
    }

    /** A node to become a replica, of the master that the planner picks or of a fixed one. */
    public record Replica(NodeAddress node, Optional<NodeAddress> replicaOf) {}

    /** Whether a person approves the plan before anything changes. */
    public enum Approval {
        REQUIRED,
        NONE
    }

    /**
     * How slots are cut into batches.
     *
     * @param slots the most slots in a batch
     * @param lanes the most source→target pairs that move side by side
     */
    public record BatchOptions(int slots, int lanes) {}

    /**
     * How fast batches follow each other.
     *
     * @param pause between two batches; none in mode FAST
     */
    public record Pacing(Mode mode, Duration pause) {
        /** How the time between and inside batches is chosen. */
        public enum Mode {
            /** A batch, a pause; short calls. */
            STEADY,
            /** No pause and large calls: for idle clusters and maintenance. */
            FAST
        }
    }

    /** When new replicas are attached. */
    public enum AttachReplicas {
        /** After the reshard where every new master persists its writes, else before it. */
        AUTO,
        BEFORE_RESHARD,
        AFTER_RESHARD
    }
}
