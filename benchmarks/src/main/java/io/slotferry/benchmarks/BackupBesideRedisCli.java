package io.slotferry.benchmarks;

import io.slotferry.activities.backup.BackupRun;
import io.slotferry.activities.backup.Stores;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.planning.NodeAddress;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.BackupOrder;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BackupOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import redis.clients.jedis.Jedis;

/** Prints megabytes a second of {@code redis-cli --rdb} and of slotferry's backup, in turns on the same node. */
@Command(
        name = "benchmarks/backup",
        mixinStandardHelpOptions = true,
        description =
                "Fills a node and copies its data with redis-cli --rdb and with slotferry in turns, through a heap of "
                        + "64 MB, and prints how fast each was and how much heap was used at most.")
public final class BackupBesideRedisCli implements Callable<Integer> {
    @Option(
            names = "--server",
            paramLabel = "PATH",
            description =
                    "redis-server or valkey-server with its command-line client beside it, or a folder that has both "
                            + "in bin/; default: SLOTFERRY_SERVER, the PATH")
    private Path server;

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
        ServerBinary binary = server == null ? ServerBinary.find() : ServerBinary.at(server);
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
                    "%s, %,d values of 1,000 bytes; heap at most %,d bytes%n%n%6s %16s %14s %14s %7s%n",
                    binary,
                    megabytes * 1_000L,
                    Runtime.getRuntime().maxMemory(),
                    "round",
                    "RDB bytes",
                    "redis-cli MB/s",
                    "slotferry MB/s",
                    "ratio");
            for (int round = 1; round <= rounds; round++) {
                round(round, node, cli, cluster.folder(), out);
            }
            out.printf(Locale.ROOT, "%nHeap used at most: %,d bytes%n", peakHeap());
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

    private void round(int number, LocalNode node, Path cli, Path folder, PrintWriter out)
            throws IOException, InterruptedException {
        boolean cliFirst = number % 2 == 1;
        double first = cliFirst ? redisCli(node, cli, folder) : 0;
        Path store = Files.createDirectories(folder.resolve("backup-" + number));
        long began = System.nanoTime();
        Backup backup = BackupRun.make(
                new ClusterReader(RespNodes.with(Credentials.none(), Optional.empty())),
                new Stores(Credentials.none()),
                order(node, store),
                new Unwatched(number));
        double own = (System.nanoTime() - began) / 1e9;
        double theirs = cliFirst ? first : redisCli(node, cli, folder);
        Files.delete(Path.of(backup.place()).resolve(backup.parts().get(0).file()));
        out.printf(
                Locale.ROOT,
                "%6d %,16d %14.0f %14.0f %6.2fx%n",
                number,
                backup.bytes(),
                backup.bytes() / theirs / 1e6,
                backup.bytes() / own / 1e6,
                theirs / own);
        out.flush();
    }

    private static BackupOrder order(LocalNode node, Path store) {
        return new BackupOrder(
                new ClusterAccess(List.of(new NodeAddress(node.host(), node.port())), Optional.empty()),
                "benchmark",
                "file:" + store,
                BackupOptions.DEFAULT,
                "backup-benchmark",
                "benchmark",
                Instant.now());
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

    private static long peakHeap() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }
}
