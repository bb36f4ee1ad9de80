package io.slotferry.sandbox;

import io.slotferry.servers.GuardedProcess;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.worker.WorkerCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** A slotferry worker as a process of its own, of this program's classes, that can be killed and never outlives it. */
public final class WorkerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);

    private final GuardedProcess process;

    private WorkerProcess(GuardedProcess process) {
        this.process = process;
    }

    /** The main program of the process. */
    static final class Main {
        private Main() {}

        public static void main(String[] arguments) {
            System.exit(new CommandLine(new WorkerCommand()).execute(arguments));
        }
    }

    /**
     * What the worker is started with.
     *
     * @param folder for its log and reports
     * @param environment added to this JVM's own and to what leads to Temporal, such as credentials; it wins
     */
    public record Settings(String taskQueue, Path folder, Map<String, String> environment) {
        public Settings {
            environment = Map.copyOf(environment);
        }
    }

    /**
     * Starts a worker and returns once it polls.
     *
     * @param name of its log file
     * @throws IllegalStateException with the end of its log, when it ends or does not poll within three minutes
     */
    public static WorkerProcess start(String name, LocalTemporal temporal, Settings settings) {
        return start(name, temporal, settings, Main.class);
    }

    /** The same with another main program, which takes the worker's options and says "worker ready" when it polls. */
    public static WorkerProcess start(String name, LocalTemporal temporal, Settings settings, Class<?> main) {
        WorkerProcess worker = launch(name, temporal, settings, main);
        try {
            worker.awaitReady();
            return worker;
        } catch (RuntimeException e) {
            worker.process.kill();
            throw e;
        }
    }

    private static WorkerProcess launch(String name, LocalTemporal temporal, Settings settings, Class<?> main) {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                absoluteClassPath(),
                main.getName(),
                "--task-queue",
                settings.taskQueue(),
                "--reports-dir",
                settings.folder().resolve("reports").toString());
        Map<String, String> environment = new HashMap<>(environment(temporal, settings.folder()));
        environment.putAll(settings.environment());
        return new WorkerProcess(GuardedProcess.start(
                command, environment, settings.folder(), settings.folder().resolve(name + ".log")));
    }

    /**
     * The variables that lead a program of this machine to that server.
     *
     * @param folder where an empty Temporal configuration is put, which keeps the user's own away from a server that was
     *     started here
     */
    public static Map<String, String> environment(LocalTemporal temporal, Path folder) {
        Map<String, String> environment = new HashMap<>();
        environment.put("TEMPORAL_ADDRESS", temporal.address());
        environment.put("TEMPORAL_NAMESPACE", temporal.namespace());
        temporal.uiUrl().ifPresent(url -> environment.put("TEMPORAL_UI_URL", url));
        if (temporal.kind() != LocalTemporal.Kind.CONFIGURED) {
            try {
                Path empty = Files.createDirectories(folder).resolve("temporal.toml");
                // Others may be reading it.
                Path written = Files.createTempFile(folder, "temporal", ".toml");
                Files.writeString(written, "[profile.default]\n");
                Files.move(written, empty, StandardCopyOption.ATOMIC_MOVE);
                environment.put("TEMPORAL_CONFIG_FILE", empty.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return environment;
    }

    /** The process runs in a folder of its own, so that relative paths would lead nowhere. */
    private static String absoluteClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(java.io.File.pathSeparator));
    }

    private void awaitReady() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!log().contains("worker ready")) {
            if (process.hasEndedWithin(Duration.ofMillis(25))) {
                throw new IllegalStateException("The worker ended with exit code " + process.exitCode()
                        + ". The end of its log, " + process.log() + ":\n" + process.logTail(20));
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("The worker does not poll after " + START_TIMEOUT.toSeconds()
                        + " s. The end of its log, " + process.log() + ":\n" + process.logTail(20));
            }
        }
    }

    private String log() {
        try {
            return new String(Files.readAllBytes(process.log()), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL, as a crash. */
    public void kill() {
        process.kill();
    }

    /** SIGTERM, and waits until it has ended. */
    public void terminate() {
        process.terminate();
    }

    /** Freezes it by SIGSTOP: its connections stay open, and it obeys no clock. */
    public void suspend() {
        process.suspend();
    }

    /** Lets it go on after {@link #suspend()}. */
    public void resume() {
        process.resume();
    }

    /** Lets it outlive this JVM. */
    public void release() {
        process.release();
    }

    /** The end of what it logged. */
    public String logTail(int lines) {
        return process.logTail(lines);
    }

    @Override
    public void close() {
        process.close();
    }
}
