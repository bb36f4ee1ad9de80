package io.slotferry.benchmarks;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import redis.clients.jedis.Jedis;

/** Prints megabytes a second of {@code redis-cli --rdb} and of slotferry's backup, in turns on the same node. */
@Command(
        name = "benchmarks/backup",
        mixinStandardHelpOptions = true,
        description =
                "Fills a node and copies its data with redis-cli --rdb and with slotferry in turns, slotferry each time in "
                        + "a fresh JVM with a heap of 64 MB that has asked the cluster and copied nothing, and prints how "
                        + "fast each was and how much heap was used at most.")
public final class BackupBesideRedisCli implements Callable<Integer> {
    @Mixin
    private ServerOption server;

    @Option(names = "--megabytes", paramLabel = "N", description = "of data; default: ${DEFAULT-VALUE}")
    private int megabytes = 500;

    @Option(names = "--rounds", paramLabel = "N", description = "default: ${DEFAULT-VALUE}")
    private int rounds = 5;

    @Spec
    private CommandSpec spec;

    private BackupBesideRedisCli() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BackupBesideRedisCli()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        ServerBinary binary = server.binary();
        Path cli = binary.cli().orElseThrow(() -> new IllegalArgumentException("no client beside " + binary.path()));
        PrintWriter out = spec.commandLine().getOut();
        try (LocalCluster cluster = LocalCluster.builder(binary)
                .masters(1)
                .replicasPerMaster(0)
                .config("enable-debug-command yes")
                .start()) {
            LocalNode node = cluster.masters().get(0);
            fill(node);
            out.printf(
                    Locale.ROOT,
                    "%s, %,d values of 1,000 bytes; each backup by a fresh JVM, -Xmx64m%n%n%6s %16s %14s %14s %7s%n",
                    binary,
                    megabytes * 1_000L,
                    "round",
                    "RDB bytes",
                    "redis-cli MB/s",
                    "slotferry MB/s",
                    "ratio");
            List<Double> ratios = new ArrayList<>();
            long heap = 0;
            for (int round = 1; round <= rounds; round++) {
                Path store = Files.createDirectory(cluster.folder().resolve("backup-" + round));
                Round figures = round % 2 == 1
                        ? new Round(redisCli(node, cli, cluster.folder()), OneBackup.of(node.address(), store))
                        : Round.backupFirst(OneBackup.of(node.address(), store), redisCli(node, cli, cluster.folder()));
                figures.print(round, out);
                discard(store);
                ratios.add(figures.ratio());
                heap = Math.max(heap, figures.own().heap());
            }
            Repeated all = Repeated.of(ratios.stream().mapToDouble(Double::doubleValue));
            out.printf(
                    Locale.ROOT,
                    "%nmedian of the ratios %.2fx, the lowest %.2fx; heap used at most %,d bytes%n",
                    all.median(),
                    all.lowest(),
                    heap);
        }
        return 0;
    }

    /** Not compressed, so that the file is as large as the data. */
    private void fill(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            jedis.getConnection().setSoTimeout(120_000);
            jedis.configSet("rdbcompression", "no");
            jedis.sendCommand(
                    () -> "DEBUG".getBytes(StandardCharsets.UTF_8),
                    "POPULATE",
                    Integer.toString(megabytes * 1_000),
                    "key",
                    "1000");
        }
    }

    /** What a round took: redis-cli in seconds, and a backup. */
    private record Round(double redisCli, OneBackup own) {
        static Round backupFirst(OneBackup own, double redisCli) {
            return new Round(redisCli, own);
        }

        double ratio() {
            return redisCli / own.seconds();
        }

        void print(int number, PrintWriter out) {
            out.printf(
                    Locale.ROOT,
                    "%6d %,16d %14.0f %14.0f %6.2fx%n",
                    number,
                    own.bytes(),
                    own.bytes() / redisCli / 1e6,
                    own.bytes() / own.seconds() / 1e6,
                    ratio());
            out.flush();
        }
    }

    /** So that no round finds a fuller disk than the one before it. */
    private static void discard(Path store) throws IOException {
        try (Stream<Path> files = Files.walk(store)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** In seconds. */
    private static double redisCli(LocalNode node, Path cli, Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("redis-cli.rdb");
        long began = System.nanoTime();
        int exit = new ProcessBuilder(
                        cli.toString(),
                        "-h",
                        node.host(),
                        "-p",
                        Integer.toString(node.port()),
                        "--rdb",
                        file.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("redis-cli.log").toFile())
                .start()
                .waitFor();
        double took = (System.nanoTime() - began) / 1e9;
        if (exit != 0) {
            throw new IllegalStateException("redis-cli --rdb ended with exit code " + exit);
        }
        Files.delete(file);
        return took;
    }
}
