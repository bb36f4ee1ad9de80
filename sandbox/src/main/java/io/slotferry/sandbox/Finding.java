package io.slotferry.sandbox;

import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A key, or a slot, that is not as it must be.
 *
 * @param key empty where the finding is about a slot or a node
 * @param slot -1 where it is about a node
 * @param owner the address of the slot's owner when it was seen; empty where not known
 * @param expected what was acknowledged
 * @param seen what was there instead
 */
public record Finding(Fault fault, String key, int slot, String owner, String expected, String seen) {
    /** What can be wrong. */
    public enum Fault {
        /** An acknowledged write is gone: the key does not exist. */
        LOST("lost"),
        /** The key has an older value than the last acknowledged one, or came back after it was deleted. */
        STALE("stale"),
        /** The key holds something that was not written so. */
        WRONG("wrong"),
        /** The key is there after its time. */
        NOT_EXPIRED("not expired"),
        /** The key's time to live is not what was set. */
        WRONG_TTL("wrong TTL"),
        /** The key could not be read. */
        UNREADABLE("unreadable"),
        /** The key lies on a node that does not own its slot. */
        ORPHAN("orphan"),
        /** The key lies on two nodes. */
        TWICE("on two nodes"),
        /** No node owns the slot. */
        UNCOVERED("slot without owner"),
        /** Two nodes own the slot, each by its own word. */
        TWO_OWNERS("slot with two owners");

        private final String words;

        Fault(String words) {
            this.words = words;
        }

        /** For a person. */
        public String words() {
            return words;
        }

        /** Whether it means that an acknowledged write cannot be read back. */
        public boolean losesWrite() {
            return this == LOST || this == STALE || this == WRONG;
        }
    }

    static Finding ofKey(Fault fault, String key, String expected, String seen) {
        return new Finding(fault, key, JedisClusterCRC16.getSlot(key), "", expected, seen);
    }

    Finding ownedBy(SlotOwners owners) {
        return slot < 0 || !owner.isEmpty() ? this : new Finding(fault, key, slot, owners.of(slot), expected, seen);
    }

    @Override
    public String toString() {
        return fault.words() + ": " + (key.isEmpty() ? "" : "key " + key + ", ") + (slot < 0 ? "" : "slot " + slot)
                + (owner.isEmpty() ? "" : " of " + owner)
                + (expected.isEmpty() ? "" : "\n    expected " + expected)
                + (seen.isEmpty() ? "" : "\n    found    " + seen);
    }
}
