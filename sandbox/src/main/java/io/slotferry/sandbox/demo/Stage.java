package io.slotferry.sandbox.demo;

import io.slotferry.sandbox.Access;
import io.slotferry.sandbox.Traffic;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.TemporalProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All that the demo has running, taken away in one order whatever ends it: its end, an error, Ctrl-C. */
final class Stage implements AutoCloseable {
    static final String TASK_QUEUE = "slotferry-demo";

    private final Narrator narrator;
    private final Path folder;
    private final Thread hook;
    private final Loopback loopback = new Loopback();
    private LocalCluster cluster;
    private LocalTemporal temporal;
    private WorkerProcess worker;
    private Traffic traffic;
    private int workers;
    private boolean closed;

    Stage(Narrator narrator) {
        this.narrator = narrator;
        try {
            this.folder = Files.createTempDirectory("slotferry-demo-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.hook = new Thread(this::interrupted, "demo-exit");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    Loopback loopback() {
        return loopback;
    }

    /** Where the cluster is backed up to; taken away with everything else. */
    Path backups() {
        return folder.resolve("backups");
    }

    LocalCluster cluster() {
        return cluster;
    }

    LocalTemporal temporal() {
        return temporal;
    }

    Traffic traffic() {
        return traffic;
    }

    WorkerProcess worker() {
        return worker;
    }

    Access access() {
        return Access.to(cluster);
    }

    /** This program's environment for a command that is to use this Temporal. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(WorkerProcess.environment(temporal, folder));
        return environment;
    }

    void startCluster(ServerBinary server) {
        LocalCluster started = LocalCluster.builder(server)
                .hosts(loopback.hosts(1, 3))
                .folder(folder.resolve("nodes"))
                .withoutExitHook()
                .start();
        keepOrClose(() -> cluster = started, started);
    }

    LocalNode startNode(int host) {
        return cluster.startSpare(loopback.host(host));
    }

    void startTemporal() {
        LocalTemporal started = LocalTemporal.builder()
                .address(System.getenv("TEMPORAL_ADDRESS"))
                .folder(folder.resolve("temporal"))
                .withoutExitHook()
                .progress(line -> narrator.step("", line))
                .start();
        keepOrClose(() -> temporal = started, started);
    }

    void startWorker() {
        // By the same server the worker checks that the backup can be loaded.
        Map<String, String> server =
                Map.of(ServerBinary.SERVER_VARIABLE, cluster.binary().path().toString());
        WorkerProcess started = WorkerProcess.start(
                "worker-" + ++workers, temporal, new WorkerProcess.Settings(TASK_QUEUE, folder, server));
        keepOrClose(() -> worker = started, started);
    }

    void startTraffic(Traffic started) {
        keepOrClose(() -> traffic = started, started);
    }

    /** What was still starting when Ctrl-C came is taken away by whoever started it. */
    private void keepOrClose(Runnable keep, AutoCloseable started) {
        boolean late;
        synchronized (this) {
            late = closed;
            if (!late) {
                keep.run();
            }
        }
        if (late) {
            quietly(started);
            throw new IllegalStateException("The demo was interrupted");
        }
    }

    /** Leaves it all running, traffic excepted, and says how to use and how to stop it. */
    synchronized void leave() {
        traffic.close();
        List<Long> pids = new ArrayList<>(Stream.concat(cluster.nodes().stream(), cluster.spares().stream())
                .map(LocalNode::pid)
                .toList());
        cluster.release();
        worker.release();
        pids.add(worker.pid());
        narrator.heading("Left running:");
        if (temporal instanceof TemporalProcess process) {
            pids.add(process.pid());
            process.release();
            narrator.step(
                    "Temporal",
                    "export TEMPORAL_ADDRESS=" + temporal.address()
                            + temporal.uiUrl().map(url -> "   " + url).orElse(""));
        }
        narrator.step("Task queue", TASK_QUEUE);
        narrator.step(
                "Cluster",
                "redis-cli -c -h " + cluster.masters().get(0).host() + " -p "
                        + cluster.masters().get(0).port());
        narrator.step("Files", folder.toString());
        narrator.step(
                "Stop it",
                "kill " + pids.stream().map(String::valueOf).collect(Collectors.joining(" ")) + " && rm -r " + folder);
        narrator.event("left", Map.of("pids", pids, "folder", folder.toString(), "temporal", temporal.address()));
        closed = true;
        removeHook();
    }

    private void interrupted() {
        narrator.say("");
        narrator.say("Interrupted: taking everything away.");
        narrator.silence();
        close();
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        Stream.of(traffic, worker, temporal, cluster).forEach(Stage::quietly);
        delete();
        removeHook();
    }

    private static void quietly(AutoCloseable thing) {
        try {
            if (thing != null) {
                thing.close();
            }
        } catch (Exception e) {
            System.err.println("Not everything could be taken away: " + e);
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Cannot delete " + folder + ": " + e);
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is ending: the hook runs, and finds all closed.
        }
    }
}
