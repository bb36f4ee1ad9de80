package io.slotferry.benchmarks;

import io.slotferry.activities.bigkeys.ClusterScan;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.benchmarks.Clients.Answers;
import io.slotferry.planning.NodeAddress;
import io.slotferry.sandbox.Dataset;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what other clients feel of the scan for big keys, beside what they feel without it. */
@Command(
        name = "benchmarks/big-keys",
        mixinStandardHelpOptions = true,
        description = "Scans three masters for big keys, without replicas, which is the worst case, or on "
                + "their replicas, while clients read a thousand keys a second on each master; before, between and "
                + "after they read alone, which is the control. Fails where a key was not looked at; how long answers "
                + "take decides nothing.")
public final class BesideBigKeyScan implements Callable<Integer> {
    private static final Duration QUIET = Duration.ofSeconds(20);

    @Mixin
    private ServerOption server;

    @Option(names = "--keys", paramLabel = "N", description = "keys of about 100 bytes; default: ${DEFAULT-VALUE}")
    private long keys = 1_000_000;

    @Option(names = "--scans", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    private int scans = 2;

    @Option(names = "--replicas", paramLabel = "N", description = "of each master; default: ${DEFAULT-VALUE}")
    private int replicas;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "the run's pacing, by which the scan goes: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Pacing.Mode mode = Pacing.Mode.STEADY;

    @Spec
    private CommandSpec spec;

    private PrintWriter out;

    private BesideBigKeyScan() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BesideBigKeyScan()).execute(arguments));
    }

    @Override
    public Integer call() throws InterruptedException {
        ServerBinary binary = server.binary();
        out = spec.commandLine().getOut();
        try (Twin twin = Twin.start(binary, 3, replicas, Dataset.of(keys))) {
            Clients clients = new Clients(twin.sources());
            out.printf(
                    Locale.ROOT,
                    "%s, 3 masters with %d replicas each, %,d keys of about 100 bytes%n%n",
                    binary,
                    replicas,
                    keys);
            out.printf("%-10s %10s %10s %10s %10s %10s%n", "", "seconds", "keys/s", "p50 us", "p99 us", "p99.9 us");
            clients.readWhile(lasting(Duration.ofSeconds(5)));
            quiet(clients);
            for (int i = 0; i < scans; i++) {
                scan(twin, clients);
                quiet(clients);
            }
        }
        return 0;
    }

    private static java.util.function.BooleanSupplier lasting(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        return () -> System.nanoTime() < end;
    }

    private void quiet(Clients clients) throws InterruptedException {
        print("alone", QUIET, 0, clients.readWhile(lasting(QUIET)));
    }

    private void scan(Twin twin, Clients clients) throws InterruptedException {
        ClusterAccess access = new ClusterAccess(
                twin.sources().stream()
                        .map(node -> new NodeAddress(node.host(), node.port()))
                        .toList(),
                Optional.empty());
        ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
        long began = System.nanoTime();
        CompletableFuture<BigKeys> scanned = CompletableFuture.supplyAsync(
                () -> new ClusterScan(reader, new Unwatched(1), BigKeyLimits.DEFAULT, mode).scan(access));
        Answers answers = clients.readWhile(() -> !scanned.isDone());
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        long looked = scanned.join().scanned();
        if (looked < keys) {
            throw new IllegalStateException("only " + looked + " of " + keys + " keys were looked at");
        }
        print("scan", took, looked, answers);
    }

    private void print(String what, Duration took, long looked, Answers answers) {
        double seconds = took.toNanos() / 1e9;
        out.printf(
                Locale.ROOT,
                "%-10s %10.1f %,10.0f %,10d %,10d %,10d%n",
                what,
                seconds,
                looked / seconds,
                answers.percentile(0.5),
                answers.percentile(0.99),
                answers.percentile(0.999));
        out.flush();
    }
}
