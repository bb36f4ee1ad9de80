package io.slotferry.servers;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import redis.clients.jedis.HostAndPort;

/**
 * A Redis or Valkey Cluster of real processes on this machine, with spare nodes to grow it by.
 *
 * <pre>{@code
 * try (LocalCluster cluster = LocalCluster.builder(ServerBinary.find()).masters(3).replicasPerMaster(1).start()) {
 *     LocalNode spare = cluster.startSpare();
 *     ...
 * }
 * }</pre>
 *
 * <p>Nothing of it outlives this JVM unless {@link #release()} was called. Not for use by several threads at once,
 * except that {@link #close()} may come from any.
 */
public final class LocalCluster implements AutoCloseable {
    static final int PORT_ATTEMPTS = 5;

    private final LocalClusterBuilder spec;
    private final WorkFolder folder;
    private final List<LocalNode> masters = new ArrayList<>();
    private final List<LocalNode> replicas = new ArrayList<>();
    private final List<LocalNode> spares = new ArrayList<>();
    private final List<LocalNode> all = Collections.synchronizedList(new ArrayList<>());
    private final List<PortLease> leases = Collections.synchronizedList(new ArrayList<>());
    private final ExitHook hook;
    private boolean closed;

    LocalCluster(LocalClusterBuilder spec, WorkFolder folder) {
        this.spec = spec;
        this.folder = folder;
        this.hook = spec.exitHook() ? ExitHook.closing(this) : ExitHook.none();
    }

    /** Begins to describe a cluster that runs on this server. */
    public static LocalClusterBuilder builder(ServerBinary binary) {
        return new LocalClusterBuilder(binary);
    }

    /** Starts the nodes side by side and makes them a cluster. */
    void form() {
        List<List<LocalNode>> members = new ArrayList<>();
        for (int rank = 0; rank <= spec.replicasPerMaster(); rank++) {
            int rankOfAll = rank;
            List<LocalNode> ofRank = IntStream.range(0, spec.masters())
                    .mapToObj(shard -> create(memberName(shard, rankOfAll), spec.hostOf(shard + rankOfAll), true))
                    .toList();
            members.add(ofRank);
            (rank == 0 ? masters : replicas).addAll(ofRank);
        }
        nodes().forEach(LocalNode::launch);
        nodes().forEach(LocalNode::awaitAnswer);
        if (spec.masters() > 0) {
            new ClusterFormation(members, spec.slotLayout(), spec.startTimeout()).form();
        }
    }

    private String memberName(int shard, int rank) {
        String name = rank == 0 ? "master-" + shard : "replica-" + shard;
        return spec.replicasPerMaster() > 1 && rank > 0 ? name + "-" + rank : name;
    }

    private LocalNode startAlone(String name, String host, boolean clusterMode) {
        for (int attempt = 1; ; attempt++) {
            LocalNode node = create(name, host, clusterMode);
            try {
                node.start();
                return node;
            } catch (PortTakenException e) {
                all.remove(node);
                if (attempt == PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private LocalNode create(String name, String host, boolean clusterMode) {
        PortLease lease = PortLease.take(host);
        leases.add(lease);
        LocalNode node =
                new LocalNode(name, spec.settings(), new HostAndPort(host, lease.port()), clusterMode, folder.path());
        all.add(node);
        return node;
    }

    public ServerBinary binary() {
        return spec.binary();
    }

    /** The nodes that were started as masters, in the order of their shards; a failover changes nothing here. */
    public List<LocalNode> masters() {
        return List.copyOf(masters);
    }

    /** The nodes that were started as replicas: the first of each shard, then the second of each shard, and so on. */
    public List<LocalNode> replicas() {
        return List.copyOf(replicas);
    }

    /** Masters, then replicas: the cluster as it was formed. */
    public List<LocalNode> nodes() {
        return Stream.concat(masters.stream(), replicas.stream()).toList();
    }

    /** The spare nodes, in the order of their start. */
    public List<LocalNode> spares() {
        return List.copyOf(spares);
    }

    /** Where the nodes' folders lie. */
    public Path folder() {
        return folder.path();
    }

    /** Starts a node in cluster mode that is empty, alone, and configured as the others, on the next host in turn. */
    public LocalNode startSpare() {
        return startSpare(spec.hostOf(all.size()));
    }

    /** Starts a spare node on this host address. */
    public LocalNode startSpare(String host) {
        LocalNode spare = startAlone("spare-" + spares.size(), host, true);
        spares.add(spare);
        return spare;
    }

    /** Starts a server that is not in cluster mode, configured as the others; it ends with the cluster. */
    public LocalNode startStandalone() {
        return startAlone("standalone-" + all.size(), spec.hostOf(0), false);
    }

    /** Waits until the cluster as it was formed is ready again: see {@link #awaitReady(Collection)}. */
    public void awaitReady() {
        awaitReady(nodes());
    }

    /**
     * Waits until each of these nodes says by itself: cluster_state:ok, all 16,384 slots served, exactly these nodes
     * known and their links up, replicas linked and in sync; and all have the same view of roles, slots and epochs.
     *
     * @throws ServerStartException with the reason, when that does not come within the start timeout
     */
    public void awaitReady(Collection<LocalNode> members) {
        ClusterReadiness.await(members, spec.startTimeout());
    }

    /** Leaves all processes and files as they are from now on: they outlive this JVM, and closing does nothing. */
    public synchronized void release() {
        all.stream().filter(LocalNode::isAlive).forEach(LocalNode::release);
        closed = true;
        hook.remove();
    }

    /** Kills every node, side by side, and deletes the folder unless it was given or is to be kept. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        List.copyOf(all).parallelStream().filter(LocalNode::isAlive).forEach(LocalNode::kill);
        List.copyOf(leases).forEach(PortLease::close);
        folder.close();
        hook.remove();
    }
}
