package io.slotferry.benchmarks;

import io.slotferry.servers.LocalNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/** {@code redis-cli --cluster reshard}, as it comes: slot by slot, ten keys in a MIGRATE. */
final class RedisCli implements Contender {
    @Override
    public String name() {
        return "redis-cli --cluster reshard";
    }

    @Override
    public Duration move(Twin twin) {
        twin.join();
        Path log = twin.folder().resolve("reshard.log");
        List<String> command = List.of(
                twin.cli().toString(),
                "--cluster",
                "reshard",
                twin.sources().get(0).address(),
                "--cluster-from",
                twin.sources().stream().map(LocalNode::nodeId).collect(Collectors.joining(",")),
                "--cluster-to",
                twin.target().nodeId(),
                "--cluster-slots",
                String.valueOf(Twin.SLOTS_TO_MOVE),
                "--cluster-yes");
        try {
            long began = System.nanoTime();
            int exit = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            if (exit != 0) {
                List<String> lines = Files.readAllLines(log);
                throw new IllegalStateException("It ended with exit code " + exit + ":\n"
                        + String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
            }
            return took;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
