package io.slotferry.servers;

import java.util.List;
import java.util.Optional;

/**
 * A Temporal server that workers and starters on this machine can use: one that was there already, a real one started
 * here ({@link TemporalProcess}), or the in-memory test server as the last resort.
 */
public sealed interface LocalTemporal extends AutoCloseable
        permits ConfiguredTemporal, TemporalProcess, InMemoryTemporal {
    /** What stands behind the address. */
    enum Kind {
        /** A server that somebody else runs; closing does nothing to it. */
        CONFIGURED,
        /** {@code temporal server start-dev}, started here. */
        DEV_SERVER,
        /** The Java SDK's test server, inside this JVM. */
        IN_MEMORY
    }

    /** Begins to describe what is needed. */
    static LocalTemporalBuilder builder() {
        return new LocalTemporalBuilder();
    }

    /** {@code host:port} of the frontend's gRPC service. */
    String address();

    String namespace();

    Kind kind();

    /** The Web UI's address, where it is known and there is one. */
    Optional<String> uiUrl();

    /** What a real server has and this one has not, each a sentence; empty for a real one. */
    List<String> missing();

    /** Stops what was started here. */
    @Override
    void close();
}
