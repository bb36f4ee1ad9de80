package io.slotferry.activities.backup;

import io.slotferry.activities.redis.RdbStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A stream that says when it is closed. */
record ClosingStream(RdbStream real, Runnable closed) implements RdbStream {
    @Override
    public OptionalLong announced() {
        return real.announced();
    }

    @Override
    public int read(ByteBuffer buffer) {
        return real.read(buffer);
    }

    @Override
    public void close() {
        real.close();
        closed.run();
    }
}
