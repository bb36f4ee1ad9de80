package io.slotferry.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Starts a real Temporal server with its Web UI, {@code temporal server start-dev}, that outlives this JVM and keeps all
 * runs in one SQLite file.
 */
public final class BackgroundTemporal {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(2);
    private static final int LINES = 15;

    private BackgroundTemporal() {}

    /**
     * Where it lives.
     *
     * @param folder for the file of all runs, and for the log
     * @param port of the frontend's gRPC service, on 127.0.0.1
     * @param uiPort of the Web UI, there too
     * @param searchAttributes names with types (Text, Keyword, …)
     */
    public record Place(Path folder, int port, int uiPort, String namespace, Map<String, String> searchAttributes) {
        public Place {
            searchAttributes = Map.copyOf(searchAttributes);
        }

        public String address() {
            return TemporalProcess.HOST + ":" + port;
        }

        public String uiUrl() {
            return "http://" + TemporalProcess.HOST + ":" + uiPort;
        }

        public Path log() {
            return folder.resolve("temporal.log");
        }

        public Path database() {
            return folder.resolve("temporal.db");
        }
    }

    /** A port that is to be used is another process's. */
    public static final class PortBusy extends ServerStartException {
        private final int port;

        PortBusy(int port) {
            super("Port " + port + " of " + TemporalProcess.HOST + " is taken by another process.");
            this.port = port;
        }

        public int port() {
            return port;
        }
    }

    /**
     * Starts the server, and returns once it serves the namespace, and the Web UI takes connections.
     *
     * @param progress is told what is fetched, and what came of it
     * @throws PortBusy where somebody else listens on one of its ports
     * @throws ServerStartException where no server can be had, or it does not come up; it was stopped then
     */
    public static BackgroundProcess start(Place place, Consumer<String> progress) {
        List<String> said = new ArrayList<>();
        Path binary = new TemporalBinary(progress.andThen(said::add))
                .find()
                .orElseThrow(() -> new ServerStartException(
                        "No Temporal server could be had. " + String.join(" ", said) + " " + TemporalBinary.REMEDY));
        requireFree(place.port());
        requireFree(place.uiPort());
        BackgroundProcess process = BackgroundProcess.start(
                command(binary, place),
                Map.of(),
                place.folder(),
                place.log(),
                place.database().toString());
        try {
            awaitReady(place, process);
            return process;
        } catch (RuntimeException e) {
            process.stop(Duration.ofSeconds(5));
            throw e;
        }
    }

    private static void awaitReady(Place place, BackgroundProcess process) {
        try (TemporalReadiness readiness = new TemporalReadiness(
                place.address(),
                place.namespace(),
                Set.copyOf(place.searchAttributes().keySet()),
                place.uiPort())) {
            Poll.until(
                    START_TIMEOUT,
                    () -> {
                        if (!process.runs()) {
                            throw failure(place, "ended at once");
                        }
                        return readiness.whyNot();
                    },
                    last -> failure(place, "is not ready after " + START_TIMEOUT.toSeconds() + " s: " + last));
        }
    }

    private static ServerStartException failure(Place place, String what) {
        return new ServerStartException("Temporal at " + place.address() + " " + what + "\nThe end of its log, "
                + place.log() + ":\n" + tail(place.log()));
    }

    private static String tail(Path log) {
        try {
            List<String> lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
        } catch (IOException e) {
            return "(it cannot be read: " + e + ")";
        }
    }

    private static void requireFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new PortBusy(port);
        }
    }

    private static List<String> command(Path binary, Place place) {
        List<String> command = new ArrayList<>(List.of(
                binary.toString(),
                "server",
                "start-dev",
                "--db-filename",
                place.database().toString(),
                "--ip",
                TemporalProcess.HOST,
                "--port",
                Integer.toString(place.port()),
                "--ui-port",
                Integer.toString(place.uiPort()),
                "--namespace",
                place.namespace(),
                "--log-level",
                "warn"));
        place.searchAttributes().forEach((name, type) -> {
            command.add("--search-attribute");
            command.add(name + "=" + type);
        });
        return command;
    }
}
