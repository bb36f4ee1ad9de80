package io.slotferry.planning;

/** A node as plans name it: by its ID, with the address at which it was seen. */
public record Member(NodeId id, NodeAddress address) {
    @Override
    public String toString() {
        return address + " (" + id.brief() + ")";
    }
}
