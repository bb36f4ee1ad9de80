package io.slotferry.servers;

import io.temporal.testserver.TestServer;
import io.temporal.testserver.TestServer.PortBoundTestServer;
import java.util.List;
import java.util.Optional;

/** The Java SDK's test server on a port of this JVM, with time that passes as it does outside. */
final class InMemoryTemporal implements LocalTemporal {
    private final String namespace;
    private final PortLease lease = PortLease.take(TemporalProcess.HOST);
    private final PortBoundTestServer server;

    InMemoryTemporal(String namespace) {
        this.namespace = namespace;
        this.server = TestServer.createPortBoundServer(lease.port(), /* lockTimeSkipping= */ true);
    }

    @Override
    public String address() {
        return TemporalProcess.HOST + ":" + lease.port();
    }

    @Override
    public String namespace() {
        return namespace;
    }

    @Override
    public Kind kind() {
        return Kind.IN_MEMORY;
    }

    @Override
    public Optional<String> uiUrl() {
        return Optional.empty();
    }

    @Override
    public List<String> missing() {
        return List.of(
                "There is no Web UI.",
                "Schedules do not work.",
                "Workflows cannot be listed or searched for.",
                "Runs are lost when this program ends.",
                "A lease is not released when its run is terminated (parent close policies are ignored).");
    }

    @Override
    public void close() {
        server.close();
        lease.close();
    }
}
