package io.slotferry.planning;

/**
 * The 40 hexadecimal digits that name a node of a cluster (CLUSTER MYID). Survives everything but CLUSTER RESET HARD and
 * the loss of nodes.conf.
 */
public record NodeId(String value) implements Comparable<NodeId> {
    private static final int DIGITS = 40;

    public NodeId {
        if (value.length() != DIGITS || !value.chars().allMatch(NodeId::isDigit)) {
            throw new IllegalArgumentException("a node ID is 40 hexadecimal digits, not \"" + value + "\"");
        }
    }

    /** CLUSTER NODES names one for each open slot, thousands of times while slots move: no regular expression. */
    private static boolean isDigit(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
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
