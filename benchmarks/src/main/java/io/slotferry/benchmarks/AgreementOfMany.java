package io.slotferry.benchmarks;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.ClusterAccess;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.DoubleStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How long it takes to see that all nodes of a large cluster agree, which stands before every batch. */
@Command(
        name = "benchmarks/agreement",
        mixinStandardHelpOptions = true,
        description =
                "Starts a cluster of many masters on this machine, asks every one of them for its view, compares all of "
                        + "them, and prints how long that takes: the first time, and the median of the times after it.")
public final class AgreementOfMany implements Callable<Integer> {
    private static final int LOOKS = 21;
    private static final Duration FORMING = Duration.ofMinutes(5);

    /** Longer than connections for looking are kept. */
    private static final long BETWEEN_NANOS = 3_000_000_000L;

    @Mixin
    private ServerOption server;

    @Option(names = "--masters", paramLabel = "N", description = "how many; default: ${DEFAULT-VALUE}")
    private int masters = 100;

    @Spec
    private CommandSpec spec;

    private AgreementOfMany() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new AgreementOfMany()).execute(arguments));
    }

    @Override
    public Integer call() {
        ServerBinary binary = server.binary();
        PrintWriter out = spec.commandLine().getOut();
        try (LocalCluster cluster = LocalCluster.builder(binary)
                .masters(masters)
                .replicasPerMaster(0)
                .config("cluster-node-timeout 10000")
                .startTimeout(FORMING)
                .start()) {
            LocalNode seed = cluster.masters().get(0);
            ClusterAccess access =
                    new ClusterAccess(List.of(new NodeAddress(seed.host(), seed.port())), Optional.empty());
            ClusterReader reader = new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty()));
            double first = millis(reader, access);
            LockSupport.parkNanos(BETWEEN_NANOS);
            double connecting = millis(reader, access);
            Repeated rest = Repeated.of(
                    DoubleStream.generate(() -> millis(reader, access)).limit(LOOKS));
            out.printf(
                    Locale.ROOT,
                    "%s, %d masters: the first look %.0f ms (a young JVM), one on new connections %.0f ms, one after the "
                            + "other %.0f ms (median), %.0f ms (worst of %d)%n",
                    binary,
                    masters,
                    first,
                    connecting,
                    rest.median(),
                    rest.highest(),
                    LOOKS);
            return 0;
        }
    }

    private double millis(ClusterReader reader, ClusterAccess access) {
        long began = System.nanoTime();
        Agreed agreed = reader.agreed(access);
        double took = (System.nanoTime() - began) / 1e6;
        if (agreed.views().size() != masters) {
            throw new IllegalStateException(agreed.views().size() + " of " + masters + " nodes answered");
        }
        return took;
    }
}
