package io.slotferry.activities.backup;

import io.slotferry.activities.redis.RdbStream;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/** A stream that breaks after some ten megabytes. */
final class BreakingStream implements RdbStream {
    private final RdbStream real;
    private long passed;

    BreakingStream(RdbStream real) {
        this.real = real;
    }

    @Override
    public OptionalLong announced() {
        return real.announced();
    }

    @Override
    public int read(ByteBuffer buffer) {
        if (passed > 10_000_000) {
            throw new BrokenRdb("as the test wants it");
        }
        int count = real.read(buffer);
        passed += count;
        return count;
    }

    @Override
    public void close() {
        real.close();
    }
}
