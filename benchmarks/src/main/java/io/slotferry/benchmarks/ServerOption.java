package io.slotferry.benchmarks;

import io.slotferry.servers.ServerBinary;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The server that a benchmark runs on. */
final class ServerOption {
    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server or valkey-server with its command-line client beside it, or a folder that has both "
                            + "in bin/; default: SLOTFERRY_SERVER, the PATH")
    private Path server;

    ServerBinary binary() {
        return server == null ? ServerBinary.find() : ServerBinary.at(server);
    }
}
