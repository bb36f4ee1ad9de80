package io.slotferry.servers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A process that never outlives this JVM, not even when the JVM is killed with SIGKILL.
 *
 * <p>A small shell stands between the two: it reads from a pipe whose other end this JVM alone holds, and kills the
 * process once that pipe ends, which the kernel sees to. The shell and the process ignore a terminal's Ctrl-C, so that
 * whoever started them decides in which order things stop. Needs a POSIX {@code sh}.
 */
public final class GuardedProcess implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Nothing withstands SIGKILL, but a busy machine takes its time to clear away. */
    private static final Duration AFTER_KILL = Duration.ofMinutes(1);

    // setsid (where there is one) keeps signals of the terminal away and makes the process lead its group, so that
    // what it forked (such as Redis saving an RDB) goes with it.
    private static final String GUARD = """
            log=$1; shift
            exec 2>>"$log" 3<&0
            detach=; command -v setsid >/dev/null 2>&1 && detach=setsid
            $detach "$@" </dev/null >>"$log" 3<&- &
            child=$!
            trap '' HUP INT QUIT TERM
            (
              exec >/dev/null 2>&1
              while read -r word <&3; do [ "$word" = release ] && exit; done
              kill -KILL $child; kill -s KILL -- -$child
            ) &
            watcher=$!
            echo $child
            exec >/dev/null 2>&1
            wait $child; code=$?
            kill -KILL $watcher; kill -s KILL -- -$child
            exit $code
            """;

    private final String name;
    private final Path log;
    private final Process guard;
    private final long pid;

    private GuardedProcess(String name, Path log, Process guard, long pid) {
        this.name = name;
        this.log = log;
        this.guard = guard;
        this.pid = pid;
    }

    /**
     * Starts a process; what it prints is appended to the log.
     *
     * @param command the program and its arguments
     * @param environment added to this JVM's own environment
     * @param folder the folder it runs in; created when it is not there
     * @param log the file that takes its standard output and error
     * @throws ServerStartException when no process could be started
     */
    public static GuardedProcess start(List<String> command, Map<String, String> environment, Path folder, Path log) {
        List<String> guarded = new ArrayList<>(
                List.of("sh", "-c", GUARD, "guard", log.toAbsolutePath().toString()));
        guarded.addAll(command);
        String name = command.get(0);
        try {
            Files.createDirectories(folder);
            ProcessBuilder builder = new ProcessBuilder(guarded).directory(folder.toFile());
            builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process guard = builder.start();
            return new GuardedProcess(name, log, guard, readPid(name, guard));
        } catch (IOException e) {
            throw new ServerStartException("Cannot start " + name + " in " + folder + ": " + e.getMessage(), e);
        }
    }

    /** {@link #start(List, Map, Path, Path)} with this JVM's environment as it is. */
    public static GuardedProcess start(List<String> command, Path folder, Path log) {
        return start(command, Map.of(), folder, log);
    }

    private static long readPid(String name, Process guard) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(guard.getInputStream(), StandardCharsets.US_ASCII))) {
            String line = reader.readLine();
            if (line == null) {
                throw new ServerStartException("The shell that should have started " + name + " ended at once");
            }
            return Long.parseLong(line.strip());
        }
    }

    /** The process ID of the process itself, not of its guard. */
    public long pid() {
        return pid;
    }

    /** The file that takes what the process prints. */
    public Path log() {
        return log;
    }

    /** Whether it has not ended; a suspended process is alive. */
    public boolean isAlive() {
        return guard.isAlive();
    }

    /** Ends it by SIGKILL and returns once it is gone. */
    public void kill() {
        signal("KILL");
        if (!hasEndedWithin(AFTER_KILL)) {
            throw new IllegalStateException(this + " is still there " + AFTER_KILL.toSeconds() + " s after SIGKILL");
        }
    }

    /** Asks it to end by SIGTERM, waits for up to 15 s, then ends it by SIGKILL. Returns once it is gone. */
    public void terminate() {
        if (!isAlive()) {
            return;
        }
        signal("TERM");
        resume();
        if (!hasEndedWithin(GRACE)) {
            kill();
        }
    }

    /** Sends SIGTERM and returns at once. */
    public void requestTermination() {
        signal("TERM");
    }

    /** Freezes it by SIGSTOP: its connections stay open and nothing answers. */
    public void suspend() {
        signal("STOP");
    }

    /** Lets it go on after {@link #suspend()}. */
    public void resume() {
        signal("CONT");
    }

    /** Lets it outlive this JVM from now on; who wants it gone then ends it by its process ID. */
    public void release() {
        try {
            OutputStream pipe = guard.getOutputStream();
            pipe.write("release\n".getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            throw new IllegalStateException(this + " has ended, so it cannot be left running", e);
        }
    }

    /** Waits until it has ended; false when it still runs after that time. */
    public boolean hasEndedWithin(Duration time) {
        try {
            return guard.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return !isAlive();
        }
    }

    /** Its exit code once it has ended: 128 + the signal's number where a signal ended it. */
    public int exitCode() {
        return guard.exitValue();
    }

    /** The last lines of the log, for error messages. */
    public String logTail(int lines) {
        try {
            List<String> all = new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@link #terminate()}. */
    @Override
    public void close() {
        terminate();
    }

    @Override
    public String toString() {
        return name + " (pid " + pid + ")";
    }

    private void signal(String signal) {
        // The guard waits for the process, so as long as it lives the process ID cannot mean another process.
        if (!guard.isAlive()) {
            return;
        }
        try {
            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("Cannot send SIG" + signal + " to " + this, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
