package io.slotferry.sandbox.race;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A process that moves what it is told to ({@link MoverMain}); it ends with this one, however that ends. */
final class MoverProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader answers;
    private final Path log;

    private MoverProcess(List<String> options) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        // What a worker has to do with.
        command.add("-Xmx256m");
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), MoverMain.class.getName()));
        try {
            log = Files.createTempFile("slotferry-mover-", ".log");
            log.toFile().deleteOnExit();
            process = new ProcessBuilder(command).redirectError(log.toFile()).start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** One that is to make a single move soon: its code is compiled in a hurry. */
    static MoverProcess forOneMove() {
        return new MoverProcess(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    }

    /** One for many moves, as {@code slotferry worker} is started. */
    static MoverProcess forLong() {
        return new MoverProcess(List.of("-XX:+UseSerialGC"));
    }

    /**
     * Has it move.
     *
     * @return how long that took by its own account
     * @throws IllegalStateException with the end of its log, where it did not succeed
     */
    Duration move(MoverOrder order) {
        try {
            process.outputWriter(StandardCharsets.UTF_8)
                    .append(order.line())
                    .append('\n')
                    .flush();
            String answer = answers.readLine();
            if (answer == null || answer.startsWith(MoverMain.FAILED)) {
                throw new IllegalStateException(
                        (answer == null ? "The mover's process ended:" : answer) + "\n" + Twin.tail(log));
            }
            return Duration.ofNanos(Long.parseLong(answer));
        } catch (IOException e) {
            throw new IllegalStateException("The mover's process ended:\n" + Twin.tail(log), e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
