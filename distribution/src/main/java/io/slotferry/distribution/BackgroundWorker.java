package io.slotferry.distribution;

import io.slotferry.servers.BackgroundProcess;
import io.slotferry.servers.ServerStartException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Starts a worker of this program that outlives the command. */
final class BackgroundWorker {
    /** One that cannot reach Temporal tries for ever; this one was just seen to answer. */
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);

    private static final int LINES = 15;

    private final Background.Files files;
    private final String taskQueue;
    private final Optional<Path> credentials;

    BackgroundWorker(Background.Files files, String taskQueue, Optional<Path> credentials) {
        this.files = files;
        this.taskQueue = taskQueue;
        this.credentials = credentials;
    }

    /**
     * Starts it, and returns once it polls.
     *
     * @param environment added to this process's own, which holds the credentials
     * @throws ServerStartException with the end of its log, where it ends or does not poll in time; it was stopped then
     */
    BackgroundProcess start(Map<String, String> environment) {
        try {
            Files.deleteIfExists(files.workerLog());
        } catch (IOException e) {
            throw new ServerStartException(files.workerLog() + " cannot be begun anew: " + e, e);
        }
        BackgroundProcess process =
                BackgroundProcess.start(command(), environment, files.folder(), files.workerLog(), mark());
        try {
            awaitReady(process);
            return process;
        } catch (RuntimeException e) {
            process.stop(Duration.ofSeconds(5));
            throw e;
        }
    }

    private String mark() {
        return "-Dslotferry.folder=" + files.folder();
    }

    private List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                mark(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                classPath(),
                Slotferry.class.getName(),
                "worker",
                "--task-queue",
                taskQueue));
        credentials.ifPresent(folder -> {
            command.add("--credentials-dir");
            command.add(folder.toAbsolutePath().toString());
        });
        return command;
    }

    /** The jar is copied, so that a later build does not take it away from under a worker that runs. */
    private String classPath() {
        String own = System.getProperty("java.class.path");
        Path jar = Path.of(own.split(File.pathSeparator, 2)[0]);
        if (own.contains(File.pathSeparator) || !Files.isRegularFile(jar)) {
            return Arrays.stream(own.split(File.pathSeparator))
                    .map(entry -> Path.of(entry).toAbsolutePath().toString())
                    .collect(Collectors.joining(File.pathSeparator));
        }
        Path copy = files.folder().resolve("worker.jar");
        try {
            return Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING).toString();
        } catch (IOException e) {
            throw new ServerStartException(jar + " cannot be copied to " + copy + ": " + e, e);
        }
    }

    private void awaitReady(BackgroundProcess process) {
        long until = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!log().contains("worker ready")) {
            if (!process.runs()) {
                throw failure("ended at once");
            }
            if (System.nanoTime() > until) {
                throw failure("does not poll after " + START_TIMEOUT.toSeconds() + " s");
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failure("was not waited for");
            }
        }
    }

    private ServerStartException failure(String what) {
        List<String> lines = log().lines().toList();
        return new ServerStartException("The worker " + what + ".\nThe end of its log, " + files.workerLog() + ":\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size())));
    }

    private String log() {
        try {
            return new String(Files.readAllBytes(files.workerLog()), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** The variables that lead a worker to the server that was started here, whatever the user's profile says. */
    static Map<String, String> leadingTo(Background.Server server, Background.Files files) {
        Path profile = files.folder().resolve("temporal.toml");
        try {
            Files.writeString(profile, "[profile.default]\n");
        } catch (IOException e) {
            throw new ServerStartException(profile + " cannot be written: " + e, e);
        }
        Map<String, String> environment = new HashMap<>();
        environment.put("TEMPORAL_ADDRESS", server.address());
        environment.put("TEMPORAL_NAMESPACE", server.namespace());
        environment.put("TEMPORAL_CONFIG_FILE", profile.toString());
        return environment;
    }
}
