package io.slotferry.benchmarks;

import io.slotferry.activities.bigkeys.ClusterScan;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.race.OpenLoop;
import io.slotferry.sandbox.race.OpenLoop.Felt;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.sandbox.race.Unwatched;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
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
        description = "Scans three shards for big keys, on their replicas, or with --replicas 0 on the masters, while "
                + "clients in a process of their own write open-loop a thousand times a second to each master; before, "
                + "between and after they write alone, which is the control. Fails where a key was not looked at; how "
                + "long answers take decides nothing.")
public final class BesideBigKeyScan implements Callable<Integer> {
    private static final Duration WARMING_UP = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(20);
    private static final int WRITES = 3_000;

    @Mixin
    private ServerOption server;

    @Option(names = "--keys", paramLabel = "N", description = "keys of about 100 bytes; default: ${DEFAULT-VALUE}")
    private long keys = 1_000_000;

    @Option(names = "--scans", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    private int scans = 2;

    @Option(names = "--replicas", paramLabel = "N", description = "of each master; default: ${DEFAULT-VALUE}")
    private int replicas = 1;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "the run's pacing, by which the scan goes: ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Pacing.Mode mode = Pacing.Mode.STEADY;

    @Option(
            names = "--apart",
            description = "masters and clients on the first core, replicas and the scan on the second, as far as one "
                    + "machine can stand for hosts of their own; by Linux's taskset")
    private boolean apart;

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
        List<Felt> alone = new ArrayList<>();
        List<Felt> during = new ArrayList<>();
        try (Twin twin = Twin.start(binary, 3, replicas, Dataset.of(keys));
                OpenLoop clients = OpenLoop.onSources(twin, WRITES)) {
            if (apart) {
                setApart(twin, clients);
            }
            out.printf(
                    Locale.ROOT,
                    "%s, 3 masters with %d replicas each, %,d keys of about 100 bytes, %,d writes/s%s%n%n",
                    binary,
                    replicas,
                    keys,
                    WRITES,
                    apart ? ", masters and clients apart from the rest" : "");
            out.printf("%-10s %10s %10s %10s %10s %10s%n", "", "seconds", "keys/s", "mean us", "p99 us", "p99.9 us");
            Thread.sleep(WARMING_UP.toMillis());
            clients.felt();
            alone.add(quiet(clients));
            for (int i = 0; i < scans; i++) {
                during.add(scan(twin, clients));
                alone.add(quiet(clients));
            }
        }
        out.println();
        out.println("The scan: " + BesideControls.verdict(List.of(BesideControls.of("p99", p99(alone), p99(during)))));
        out.flush();
        return 0;
    }

    private static Repeated p99(List<Felt> felt) {
        return Repeated.of(felt.stream().mapToDouble(Felt::p99));
    }

    private static void setApart(Twin twin, OpenLoop clients) {
        twin.sources().forEach(master -> Core.FIRST.take(master.pid()));
        Core.FIRST.take(clients.pid());
        twin.replicas().forEach(replica -> Core.SECOND.take(replica.pid()));
        Core.SECOND.take(ProcessHandle.current().pid());
    }

    private Felt quiet(OpenLoop clients) throws InterruptedException {
        Thread.sleep(QUIET.toMillis());
        Felt felt = clients.felt();
        print("alone", QUIET, 0, felt);
        return felt;
    }

    private Felt scan(Twin twin, OpenLoop clients) {
        ClusterAccess access = new ClusterAccess(
                twin.sources().stream()
                        .map(node -> new NodeAddress(node.host(), node.port()))
                        .toList(),
                Optional.empty());
        ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
        long began = System.nanoTime();
        long looked = new ClusterScan(reader, new Unwatched(1), BigKeyLimits.DEFAULT, mode)
                .scan(access)
                .scanned();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        Felt felt = clients.felt();
        if (looked < keys) {
            throw new IllegalStateException("only " + looked + " of " + keys + " keys were looked at");
        }
        print("scan", took, looked, felt);
        return felt;
    }

    private void print(String what, Duration took, long looked, Felt felt) {
        double seconds = took.toNanos() / 1e9;
        out.printf(
                Locale.ROOT,
                "%-10s %10.1f %,10.0f %,10.0f %,10.0f %,10.0f%n",
                what,
                seconds,
                looked / seconds,
                felt.mean() * 1e3,
                felt.p99() * 1e3,
                felt.p999() * 1e3);
        out.flush();
    }
}
