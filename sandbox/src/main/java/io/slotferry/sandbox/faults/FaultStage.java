package io.slotferry.sandbox.faults;

import io.slotferry.sandbox.Access;
import io.slotferry.sandbox.TcpProxy;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.TemporalProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import redis.clients.jedis.params.MigrateParams;

/** The processes of one run: a cluster, the nodes that it is to grow by, and workers. Temporal outlives it. */
final class FaultStage implements AutoCloseable {
    /** What the request calls the credentials. */
    static final String CREDENTIALS = "faults";

    private static final String PASSWORD = "s3cret faults";

    private final TemporalProcess temporal;
    private final Path folder;
    private final String taskQueue;
    private final LocalCluster cluster;
    private final boolean password;
    private final List<LocalNode> newMasters = new ArrayList<>();
    private final List<LocalNode> newReplicas = new ArrayList<>();
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final AtomicInteger started = new AtomicInteger();

    /**
     * A worker, and its wire to Temporal.
     *
     * @param wire can be cut
     */
    record Worker(WorkerProcess process, TcpProxy wire) {
        long pid() {
            return process.pid();
        }
    }

    private FaultStage(TemporalProcess temporal, Path folder, LocalCluster cluster, boolean password) {
        this.temporal = temporal;
        this.folder = folder;
        this.taskQueue = "slotferry-" + folder.getFileName();
        this.cluster = cluster;
        this.password = password;
    }

    /**
     * Starts all of them.
     *
     * @param folder takes their files, which stay; its name is the workers' task queue's
     */
    static FaultStage start(RunShape shape, ServerBinary server, TemporalProcess temporal, Path folder) {
        FaultStage stage =
                new FaultStage(temporal, folder, builder(shape, server, folder).start(), shape.password());
        CompletableFuture<Void> workers = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < shape.workers(); i++) {
                stage.startWorker();
            }
        });
        try {
            for (int i = 0; i < shape.newMasters(); i++) {
                stage.newMasters.add(stage.cluster.startSpare("127.0.0." + (4 + i)));
            }
            for (int i = 0; i < shape.newMasters() && shape.newReplicas(); i++) {
                stage.newReplicas.add(stage.cluster.startSpare("127.0.0." + (5 + i)));
            }
            workers.join();
            return stage;
        } catch (RuntimeException e) {
            stage.close();
            throw e;
        }
    }

    private static LocalClusterBuilder builder(RunShape shape, ServerBinary server, Path folder) {
        LocalClusterBuilder builder = LocalCluster.builder(server)
                .masters(shape.masters())
                .replicasPerMaster(shape.replicas() ? 1 : 0)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .folder(folder.resolve("nodes"))
                .config(
                        "cluster-node-timeout " + RunShape.NODE_TIMEOUT_MILLIS,
                        "appendonly " + (shape.appendOnly() ? "yes" : "no"));
        if (server.isAtLeast(7, 0)) {
            builder.config("cluster-allow-replica-migration " + (shape.wander() ? "yes" : "no"));
        }
        return shape.password() ? builder.password(PASSWORD) : builder;
    }

    Worker startWorker() {
        TcpProxy wire = TcpProxy.to(temporal.address());
        WorkerProcess process = WorkerProcess.start(
                "worker-" + started.incrementAndGet(),
                temporal,
                new WorkerProcess.Settings(
                        taskQueue,
                        folder,
                        Map.of("TEMPORAL_ADDRESS", wire.address(), "SLOTFERRY_CREDENTIALS_FAULTS_PASSWORD", PASSWORD)));
        Worker worker = new Worker(process, wire);
        workers.add(worker);
        return worker;
    }

    /** Those that have not ended; some may be frozen or cut off. */
    List<Worker> workers() {
        return workers.stream().filter(worker -> worker.process().isAlive()).toList();
    }

    TemporalProcess temporal() {
        return temporal;
    }

    String taskQueue() {
        return taskQueue;
    }

    LocalCluster cluster() {
        return cluster;
    }

    Access access() {
        return Access.to(cluster);
    }

    List<LocalNode> newMasters() {
        return List.copyOf(newMasters);
    }

    List<LocalNode> newReplicas() {
        return List.copyOf(newReplicas);
    }

    /** What MIGRATE between nodes needs. */
    MigrateParams migrateParams() {
        return password ? MigrateParams.migrateParams().auth(PASSWORD) : MigrateParams.migrateParams();
    }

    /** Old and new. */
    List<LocalNode> nodes() {
        return Stream.of(cluster.nodes(), newMasters, newReplicas)
                .flatMap(List::stream)
                .toList();
    }

    /** The node with this address. */
    LocalNode node(String address) {
        return nodes().stream()
                .filter(node -> node.address().equals(address))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no node has the address " + address));
    }

    /** The members of the cluster, by the word of the first old node that answers. */
    List<String> members(Portrait portrait) {
        return cluster.nodes().stream()
                .map(node -> portrait.membersWith(node.address()))
                .filter(members -> !members.isEmpty())
                .findFirst()
                .orElseGet(List::of);
    }

    /** Why the cluster is not whole and at rest; empty where it is. */
    String unrest() {
        Portrait portrait = Portrait.take(nodes());
        List<String> members = members(portrait);
        return members.isEmpty() ? "no node answered" : portrait.unrest(members);
    }

    /** Starts what is not running. */
    void restore() {
        if (!temporal.isAlive()) {
            temporal.start();
        }
        nodes().stream().filter(node -> !node.isAlive()).forEach(LocalNode::start);
        if (workers().isEmpty()) {
            startWorker();
        }
    }

    @Override
    public void close() {
        workers().forEach(worker -> worker.process().kill());
        workers.forEach(worker -> worker.wire().close());
        cluster.close();
    }
}
