package io.slotferry.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A process of this machine that outlives the command that started it, as it can be written down and found again. It is
 * known by its ID, by when it started, and by a mark in its command line, so that another process to which the kernel gave
 * the same ID is never taken for it. Needs a POSIX {@code sh}.
 *
 * @param started as the operating system says
 * @param mark a text that its command line has within the first 4,000 characters, and no other program's has by chance
 */
public record BackgroundProcess(long pid, Instant started, String mark) {
    /** Linux reckons it from the time of the boot, which moves a little when the clock is set. */
    private static final Duration CLOCK_STEPS = Duration.ofSeconds(2);

    private static final Duration AFTER_KILL = Duration.ofMinutes(1);
    private static final long INTERVAL_MILLIS = 25;
    private static final int LOOKS = 40;

    // Away from the terminal's Ctrl-C and from the hang-up when it is closed; by setsid where there is one.
    private static final String DETACH = "trap '' HUP INT QUIT; detach=; "
            + "command -v setsid >/dev/null 2>&1 && detach=setsid; exec $detach \"$@\" </dev/null";

    /**
     * Starts a process; what it prints is appended to the log.
     *
     * @param command the program and its arguments, with the mark among them
     * @param environment added to this JVM's own
     * @param folder the folder it runs in
     * @throws ServerStartException where it could not be started
     */
    public static BackgroundProcess start(
            List<String> command, Map<String, String> environment, Path folder, Path log, String mark) {
        List<String> detached = new ArrayList<>(List.of("sh", "-c", DETACH, mark));
        detached.addAll(command);
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(detached)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            ProcessHandle process = builder.start().toHandle();
            return new BackgroundProcess(
                    process.pid(),
                    process.info()
                            .startInstant()
                            .orElseThrow(() -> new ServerStartException(
                                    command.get(0) + " ended at once. Its log is " + log + ".")),
                    mark);
        } catch (IOException e) {
            throw new ServerStartException(
                    "Cannot start " + command.get(0) + " in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** Whether it runs: the very process that was started, and no other of its ID. */
    public boolean runs() {
        return handle().isPresent();
    }

    /**
     * Asks it to end by SIGTERM, and ends it by SIGKILL where it has not within that time.
     *
     * @return whether it ended by itself, or was gone already
     */
    public boolean stop(Duration patience) {
        handle().ifPresent(ProcessHandle::destroy);
        if (endsWithin(patience)) {
            return true;
        }
        handle().ifPresent(ProcessHandle::destroyForcibly);
        if (!endsWithin(AFTER_KILL)) {
            throw new IllegalStateException(
                    "process " + pid + " is still there " + AFTER_KILL.toSeconds() + " s after SIGKILL");
        }
        return false;
    }

    private boolean endsWithin(Duration time) {
        for (long until = System.nanoTime() + time.toNanos(); runs(); ) {
            if (System.nanoTime() > until || Thread.currentThread().isInterrupted()) {
                return false;
            }
            pause();
        }
        return true;
    }

    private Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::isThis);
    }

    private boolean isThis(ProcessHandle process) {
        return process.info()
                        .startInstant()
                        .filter(seen -> Duration.between(started, seen).abs().compareTo(CLOCK_STEPS) <= 0)
                        .isPresent()
                && commandLine(process).contains(mark);
    }

    /** Empty for one that ended; for a moment also for one that is just becoming the program that it was started as. */
    private static String commandLine(ProcessHandle process) {
        for (int look = 1; ; look++) {
            Optional<String> line = process.info().commandLine();
            if (line.isPresent() || look == LOOKS) {
                return line.orElse("");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(INTERVAL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
