package io.slotferry.activities.redis;

import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A node's data as an RDB file, as it comes over the wire. Used by one thread at a time. */
public interface RdbStream extends AutoCloseable {
    /** What may be held back of a piece: the mark behind a file whose length is not announced. */
    int LEAST_ROOM = 40;

    /** How long the file is, where the node says so beforehand; a node that writes it straight to the wire does not. */
    OptionalLong announced();

    /**
     * Puts the next bytes of the file into this buffer, which has room for more than {@value #LEAST_ROOM}.
     *
     * @return how many, at least one; -1 after the last one
     * @throws NodeFailure.Unreachable where the stream breaks off before the file's end, or nothing comes for a minute
     */
    int read(ByteBuffer buffer);

    @Override
    void close();
}
