package io.slotferry.benchmarks;

import io.slotferry.servers.ServerBinary;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints keys a second of redis-cli and of slotferry, one after the other on twin clusters. */
@Command(
        name = "benchmarks/run",
        mixinStandardHelpOptions = true,
        description =
                "Moves 4,096 slots of three masters to a fourth with redis-cli and with slotferry, each on a cluster "
                        + "of its own with the same data, and prints how fast each was. Fails where a key is missing afterwards; "
                        + "how fast they are decides nothing.")
public final class BesideRedisCli implements Callable<Integer> {
    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server or valkey-server with its command-line client beside it, or a folder that has both "
                            + "in bin/; default: SLOTFERRY_SERVER, the PATH")
    private Path server;

    @Option(names = "--keys", paramLabel = "N", description = "keys of about 100 bytes; default: ${DEFAULT-VALUE}")
    private long keys = 300_000;

    @Spec
    private CommandSpec spec;

    private BesideRedisCli() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BesideRedisCli()).execute(arguments));
    }

    @Override
    public Integer call() {
        ServerBinary binary = server == null ? ServerBinary.find() : ServerBinary.at(server);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s, 3 masters without replicas, %,d keys of about 100 bytes, %,d of 16,384 slots to a 4th master%n%n",
                binary,
                keys,
                Twin.SLOTS_TO_MOVE);
        out.printf("%-30s %10s %10s %10s %8s%n", "", "seconds", "keys", "keys/s", "ratio");
        double first = 0;
        for (Contender contender : List.of(RedisCli.asItComes(), MoverAlone.byKeys(), new WholeExpansion())) {
            try (Twin twin = Twin.start(binary, keys)) {
                Duration took = contender.move(twin);
                long moved = twin.movedKeys();
                double rate = moved / (took.toNanos() / 1e9);
                first = first == 0 ? rate : first;
                out.printf(
                        Locale.ROOT,
                        "%-30s %10.1f %,10d %,10.0f %7.1fx%n",
                        contender.name(),
                        took.toNanos() / 1e9,
                        moved,
                        rate,
                        rate / first);
                out.flush();
            }
        }
        out.printf("%nEvery key was read back from its slot's owner after each of them.%n");
        return 0;
    }
}
