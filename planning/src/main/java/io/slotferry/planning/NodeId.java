package io.slotferry.planning;

/**
 * The 40 hexadecimal digits that name a node of a cluster (CLUSTER MYID). Survives everything but CLUSTER RESET HARD and
 * the loss of nodes.conf.
 */
public record NodeId(String value) implements Comparable<NodeId> {
    public NodeId {
        if (!value.matches("[0-9a-f]{40}")) {
            throw new IllegalArgumentException("a node ID is 40 hexadecimal digits, not \"" + value + "\"");
        }
    }

    /** The first eight digits: enough to tell nodes apart on a screen, never used to find one. */
    public String brief() {
        return value.substring(0, 8);
    }

    @Override
    public int compareTo(NodeId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
