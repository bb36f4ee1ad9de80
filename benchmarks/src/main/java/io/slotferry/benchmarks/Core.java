package io.slotferry.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A core that processes are held to, by Linux's taskset. */
enum Core {
    FIRST(0),
    SECOND(1);

    private final int number;

    Core(int number) {
        this.number = number;
    }

    /**
     * Holds a process, with each thread that it has or starts, to this core.
     *
     * @throws IllegalStateException where taskset is not there or refuses
     */
    void take(long pid) {
        List<String> command =
                List.of("taskset", "--all-tasks", "--cpu-list", "--pid", String.valueOf(number), String.valueOf(pid));
        try {
            Process taskset =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(taskset.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (taskset.waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("taskset is needed for this (Debian's package util-linux)", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
