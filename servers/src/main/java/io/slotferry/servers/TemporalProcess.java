package io.slotferry.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A real Temporal server, {@code temporal server start-dev}, as a process of this machine. It keeps everything in one
 * SQLite file, so that it can be killed and started again with all its runs, on the same address.
 */
public final class TemporalProcess implements LocalTemporal {
    static final String HOST = "127.0.0.1";
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

    private final Path binary;
    private final Settings settings;
    private final WorkFolder folder;
    private final PortLease port = PortLease.take(HOST);
    private final PortLease uiPort = PortLease.take(HOST);
    private final ExitHook hook;
    private volatile GuardedProcess process;
    private boolean closed;

    /** What the caller asked for. */
    record Settings(String namespace, Map<String, String> searchAttributes, List<String> arguments, boolean exitHook) {
        Settings {
            searchAttributes = Map.copyOf(searchAttributes);
            arguments = List.copyOf(arguments);
        }
    }

    TemporalProcess(Path binary, Settings settings, WorkFolder folder) {
        this.binary = binary;
        this.settings = settings;
        this.folder = folder;
        this.hook = settings.exitHook() ? ExitHook.closing(this) : ExitHook.none();
    }

    @Override
    public String address() {
        return HOST + ":" + port.port();
    }

    @Override
    public String namespace() {
        return settings.namespace();
    }

    @Override
    public Kind kind() {
        return Kind.DEV_SERVER;
    }

    @Override
    public Optional<String> uiUrl() {
        return Optional.of("http://" + HOST + ":" + uiPort.port());
    }

    @Override
    public List<String> missing() {
        return List.of();
    }

    /** The program that runs. */
    public Path binary() {
        return binary;
    }

    /** The file that the server's log is written to. */
    public Path log() {
        return folder.path().resolve("temporal.log");
    }

    /** The SQLite file that holds all runs. */
    public Path database() {
        return folder.path().resolve("temporal.db");
    }

    public long pid() {
        return process.pid();
    }

    /** Whether the process has not ended; a suspended one is alive. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Ends it by SIGKILL, as a crash would. */
    public void kill() {
        process.kill();
    }

    /** Ends it by SIGTERM, as an orderly stop would. */
    public void terminate() {
        process.terminate();
    }

    /** Freezes it by SIGSTOP: connections stay open and nothing answers. */
    public void suspend() {
        process.suspend();
    }

    /** Lets it go on after {@link #suspend()}. */
    public void resume() {
        process.resume();
    }

    /** Leaves it running, with its files, from now on: it outlives this JVM, and closing does nothing. */
    public synchronized void release() {
        process.release();
        closed = true;
        hook.remove();
    }

    /**
     * Starts it, again on the same file and address, and returns once the frontend serves the namespace with the search
     * attributes, and the Web UI accepts connections.
     *
     * @throws IllegalStateException while it is running
     * @throws ServerStartException with the end of its log, when it does not come up
     */
    public void start() {
        if (isAlive()) {
            throw new IllegalStateException("Temporal at " + address() + " is running");
        }
        process = GuardedProcess.start(command(), folder.path(), log());
        try (TemporalReadiness readiness = new TemporalReadiness(
                address(), namespace(), settings.searchAttributes().keySet(), uiPort.port())) {
            Poll.until(
                    START_TIMEOUT,
                    () -> whyNotReady(readiness),
                    last -> failure("is not ready after " + START_TIMEOUT.toSeconds() + " s: " + last));
        }
    }

    /** Ends it and deletes its files, unless their folder was given. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (process != null) {
            process.kill();
        }
        port.close();
        uiPort.close();
        folder.close();
        hook.remove();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                binary.toString(),
                "server",
                "start-dev",
                "--ip",
                HOST,
                "--port",
                Integer.toString(port.port()),
                "--ui-port",
                Integer.toString(uiPort.port()),
                "--db-filename",
                database().toString(),
                "--namespace",
                settings.namespace(),
                "--log-level",
                "error"));
        settings.searchAttributes().forEach((name, type) -> {
            command.add("--search-attribute");
            command.add(name + "=" + type);
        });
        command.addAll(settings.arguments());
        return command;
    }

    private String whyNotReady(TemporalReadiness readiness) {
        if (!isAlive()) {
            throw process.logTail(50).contains("address already in use")
                    ? new PortTakenException("Temporal: another process took " + address() + " meanwhile")
                    : failure("ended with exit code " + process.exitCode());
        }
        return readiness.whyNot();
    }

    private ServerStartException failure(String what) {
        return new ServerStartException(binary + " (Temporal at " + address() + ") " + what + "\nThe end of its log, "
                + log() + ":\n" + process.logTail(15));
    }
}
