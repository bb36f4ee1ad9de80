package io.slotferry.sandbox.race;

import io.slotferry.servers.Engine;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The server's own command-line client and its {@code --cluster reshard}. */
public final class RedisCli implements Contender {
    private final String name;
    private final List<String> options;

    private RedisCli(String name, String... options) {
        this.name = name;
        this.options = List.of(options);
    }

    /** As it comes: slot by slot, ten keys in a MIGRATE. */
    public static RedisCli asItComes(ServerBinary server) {
        return new RedisCli(program(server) + " --cluster reshard");
    }

    /** With so many keys in a MIGRATE. */
    public static RedisCli pipelined(ServerBinary server, int keys) {
        return new RedisCli(program(server) + ", pipeline of " + keys, "--cluster-pipeline", String.valueOf(keys));
    }

    /** Valkey's, by MIGRATESLOTS. */
    public static RedisCli atomic() {
        return new RedisCli("valkey-cli, atomic", "--cluster-use-atomic-slot-migration");
    }

    private static String program(ServerBinary server) {
        return server.engine() == Engine.VALKEY ? "valkey-cli" : "redis-cli";
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Duration move(Twin twin) {
        twin.join();
        Path log = twin.folder().resolve("reshard.log");
        List<String> command = new ArrayList<>(List.of(
                twin.cli().toString(),
                "--cluster",
                "reshard",
                twin.sources().get(0).address(),
                "--cluster-from",
                twin.sources().stream().map(LocalNode::nodeId).collect(Collectors.joining(",")),
                "--cluster-to",
                twin.target().nodeId(),
                "--cluster-slots",
                String.valueOf(twin.slotsToMove()),
                "--cluster-yes"));
        command.addAll(options);
        try {
            long began = System.nanoTime();
            int exit = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start()
                    .waitFor();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            if (exit != 0) {
                throw new IllegalStateException("It ended with exit code " + exit + ":\n" + Twin.tail(log));
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
