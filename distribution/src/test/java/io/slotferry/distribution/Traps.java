package io.slotferry.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/**
 * Catches a worker between its last look at its right to change something and the command itself: the one place where no
 * check of its own can hold it back any more. Test and workers meet in a folder; a trap catches once.
 */
record Traps(Path folder) {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** What happens to the worker. */
    enum How {
        /** The whole process stops by SIGSTOP; it is released, then sent SIGCONT. */
        SUSPEND,
        /** The thread waits to be released; the process goes on. */
        HOLD
    }

    /** A worker that was caught, and how its connection is called. */
    record Caught(long pid, String connection) {}

    /** The next worker that is about to send such a command is caught. */
    void arm(String command, How how) {
        write("armed-" + command, how.name());
    }

    Caught awaitCaught(String command) {
        String[] words = await("caught-" + command).split(" ", 2);
        return new Caught(Long.parseLong(words[0]), words[1]);
    }

    void release(String command) {
        write("released-" + command, "");
    }

    /** What became of the command; afterwards the trap may be armed again. */
    String awaitOutcome(String command) {
        String outcome = await("outcome-" + command);
        for (String state : new String[] {"caught-", "released-", "outcome-"}) {
            delete(state + command);
        }
        return outcome;
    }

    /** In the worker: the call, through the trap where one is armed. */
    <T> T through(String command, String connection, Callable<T> call) throws Exception {
        Optional<How> how = claim(command);
        if (how.isEmpty()) {
            return call.call();
        }
        write("caught-" + command, ProcessHandle.current().pid() + " " + connection);
        if (how.get() == How.SUSPEND) {
            new ProcessBuilder(
                            "sh", "-c", "kill -STOP " + ProcessHandle.current().pid())
                    .start();
        }
        // The signal may reach this thread late; and once the process goes on, so does the command.
        await("released-" + command);
        try {
            T answer = call.call();
            write("outcome-" + command, "done: " + answer);
            return answer;
        } catch (Exception e) {
            write("outcome-" + command, "failed: " + e);
            throw e;
        }
    }

    private Optional<How> claim(String command) {
        Path claimed = folder.resolve(
                "claimed-" + command + "-" + ProcessHandle.current().pid());
        try {
            Files.move(folder.resolve("armed-" + command), claimed, StandardCopyOption.ATOMIC_MOVE);
            return Optional.of(How.valueOf(Files.readString(claimed)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String await(String name) {
        Awaitility.await(name)
                .pollInterval(Duration.ofMillis(20))
                .atMost(PATIENCE)
                .until(() -> Files.exists(folder.resolve(name)));
        try {
            return Files.readString(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String name, String text) {
        try {
            Path partial = folder.resolve(
                    "partial-" + name + "-" + ProcessHandle.current().pid());
            Files.writeString(partial, text);
            Files.move(partial, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void delete(String name) {
        try {
            Files.deleteIfExists(folder.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
