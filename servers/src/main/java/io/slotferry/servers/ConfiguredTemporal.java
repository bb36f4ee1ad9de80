package io.slotferry.servers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;

/** A server that somebody else runs. Its TLS and keys are the client's matter, so a TCP connection is all that is tried. */
record ConfiguredTemporal(String address, String namespace) implements LocalTemporal {
    private static final int CONNECT_MILLIS = 5_000;

    /** Makes sure that something listens there. */
    static ConfiguredTemporal connect(String address, String namespace) {
        int colon = address.lastIndexOf(':');
        try (Socket socket = new Socket()) {
            int port = Integer.parseInt(address.substring(colon + 1));
            String host = address.substring(0, Math.max(colon, 0)).replaceAll("^\\[|]$", "");
            socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        } catch (IOException | IllegalArgumentException e) {
            throw new ServerStartException(
                    "The configured Temporal server at " + address + " cannot be reached (" + e.getMessage()
                            + "). Start it, correct the address (host:port), or configure none: "
                            + "then one is started on this machine.",
                    e);
        }
        return new ConfiguredTemporal(address, namespace);
    }

    @Override
    public Kind kind() {
        return Kind.CONFIGURED;
    }

    @Override
    public Optional<String> uiUrl() {
        return Optional.empty();
    }

    @Override
    public List<String> missing() {
        return List.of();
    }

    @Override
    public void close() {
        // Not ours.
    }
}
