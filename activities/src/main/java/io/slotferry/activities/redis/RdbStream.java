package io.slotferry.activities.redis;

import java.util.OptionalLong;

/** A node's data as an RDB file, as it comes over the wire. Used by one thread at a time. */
public interface RdbStream extends AutoCloseable {
    /** How long the file is, where the node says so beforehand; a node that writes it straight to the wire does not. */
    OptionalLong announced();

    /**
     * Fills the front of this buffer with the next bytes of the file.
     *
     * @return how many, at least one; -1 after the last one
     * @throws NodeFailure.Unreachable where the stream breaks off before the file's end, or nothing comes for a minute
     */
    int read(byte[] buffer);

    @Override
    void close();
}
