package io.slotferry.benchmarks;

import io.slotferry.benchmarks.OpenLoop.Felt;
import io.slotferry.servers.Engine;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Slots by the servers' own migration: slotferry beside the server's command-line client, in interleaved rounds. */
@Command(
        name = "benchmarks/atomic",
        mixinStandardHelpOptions = true,
        description =
                "Moves 4,096 slots of three masters to a fourth with redis-cli (or valkey-cli, by default and atomic)"
                        + " and with slotferry ATOMIC, each on a cluster of its own with the same data, round after round, while"
                        + " clients in a process of their own write to each master a thousand times a second. Prints medians."
                        + " Fails where a key is missing afterwards; how fast they are decides nothing.")
public final class BesideAtomicCli implements Callable<Integer> {
    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server 8.4 or valkey-server 9.0, or later, with its command-line client beside it, or a"
                            + " folder that has both in bin/; default: SLOTFERRY_SERVER, the PATH")
    private Path server;

    @Option(names = "--keys", paramLabel = "N", description = "keys of about 100 bytes; default: ${DEFAULT-VALUE}")
    private long keys = 1_000_000;

    @Option(names = "--rounds", paramLabel = "N", description = "rounds; default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Spec
    private CommandSpec spec;

    private BesideAtomicCli() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BesideAtomicCli()).execute(arguments));
    }

    private record Figures(double seconds, double keysPerSecond, Felt felt) {}

    @Override
    public Integer call() {
        ServerBinary binary = server == null ? ServerBinary.find() : ServerBinary.at(server);
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s, 3 masters without replicas, %,d keys of about 100 bytes, %,d of 16,384 slots to a 4th master,"
                        + " medians of %d rounds%n%n",
                binary,
                keys,
                Twin.SLOTS_TO_MOVE,
                rounds);
        out.flush();
        Map<String, List<Figures>> all = new LinkedHashMap<>();
        for (int round = 1; round <= rounds; round++) {
            for (Contender contender : contenders(binary)) {
                Figures figures = run(contender, binary);
                all.computeIfAbsent(contender.name(), any -> new ArrayList<>()).add(figures);
                out.printf(Locale.ROOT, "round %d  %s%n", round, line(contender.name(), List.of(figures), 0));
                out.flush();
            }
        }
        out.printf(
                "%n%-30s %9s %10s %8s %9s %9s %11s%n",
                "", "seconds", "keys/s", "ratio", "mean ms", "p99 ms", "worst ms");
        double first = median(all.values().iterator().next(), Figures::keysPerSecond);
        all.forEach((name, figures) -> out.println(line(name, figures, first)));
        out.printf("%nEvery key was read back from its slot's owner after each of them.%n");
        return 0;
    }

    private static List<Contender> contenders(ServerBinary binary) {
        return binary.engine() == Engine.VALKEY
                ? List.of(RedisCli.asItComes(), RedisCli.atomic(), MoverAlone.atomic())
                : List.of(RedisCli.asItComes(), MoverAlone.atomic());
    }

    private Figures run(Contender contender, ServerBinary binary) {
        try (Twin twin = Twin.start(binary, keys);
                OpenLoop clients = OpenLoop.start(writes(twin))) {
            Duration took = contender.move(twin);
            Felt felt = clients.end();
            double seconds = took.toNanos() / 1e9;
            return new Figures(seconds, twin.movedKeys() / seconds, felt);
        }
    }

    /** To each source a key of its last slot, which stays; the target is PINGed, since it owns none at first. */
    private static List<String> writes(Twin twin) {
        List<LocalNode> sources = twin.sources();
        return Stream.concat(
                        IntStream.range(0, sources.size())
                                .mapToObj(i ->
                                        sources.get(i).port() + "/" + keyIn(16_384 * (i + 1) / sources.size() - 10)),
                        Stream.of(twin.target().port() + "/"))
                .toList();
    }

    private static String keyIn(int slot) {
        return IntStream.iterate(0, i -> i + 1)
                .mapToObj(i -> "stays:" + i)
                .filter(key -> JedisClusterCRC16.getSlot(key) == slot)
                .findFirst()
                .orElseThrow();
    }

    private static String line(String name, List<Figures> figures, double first) {
        double rate = median(figures, Figures::keysPerSecond);
        return String.format(
                Locale.ROOT,
                "%-30s %9.2f %,10.0f %7s %9.2f %9.2f %11.1f",
                name,
                median(figures, Figures::seconds),
                rate,
                first == 0 ? "" : String.format(Locale.ROOT, "%.1fx", rate / first),
                median(figures, figure -> figure.felt().mean()),
                median(figures, figure -> figure.felt().p99()),
                median(figures, figure -> figure.felt().worst()));
    }

    private static double median(List<Figures> figures, java.util.function.ToDoubleFunction<Figures> figure) {
        double[] sorted = figures.stream().mapToDouble(figure).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
