package io.slotferry.servers;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Describes a {@link LocalCluster}: three masters with a replica each on 127.0.0.1, unless told otherwise. */
public final class LocalClusterBuilder {
    private final ServerBinary binary;
    private final List<String> config = new ArrayList<>();
    private int masters = 3;
    private int replicasPerMaster = 1;
    private List<String> hosts = List.of("127.0.0.1");
    private List<String> layout = List.of();
    private NodeSettings.Login login = new NodeSettings.Login(null, null);
    private Path folder;
    private boolean keepsFolder;
    private boolean exitHook = true;
    private Duration nodeTimeout = Duration.ofSeconds(5);
    private Duration startTimeout = Duration.ofMinutes(3);

    LocalClusterBuilder(ServerBinary binary) {
        this.binary = binary;
    }

    /** How many masters; 0 makes no cluster, only spares and standalone servers can then be started. */
    public LocalClusterBuilder masters(int count) {
        masters = count;
        return this;
    }

    public LocalClusterBuilder replicasPerMaster(int count) {
        replicasPerMaster = count;
        return this;
    }

    /**
     * Lines of configuration for every node, as in redis.conf, such as {@code cluster-node-timeout 2000}. They come
     * after the defaults (no persistence, cluster-node-timeout of {@link #nodeTimeout}) and win over them. Lines about the cluster are
     * left out for a server that is not in cluster mode.
     */
    public LocalClusterBuilder config(String... lines) {
        config.addAll(List.of(lines));
        return this;
    }

    /**
     * How long a node may be silent before the others hold it for dead; 5 s by default. Where a failover is not what is wanted
     * the more the better: on a busy machine a node is silent for seconds. A line given to {@link #config} wins over it.
     */
    public LocalClusterBuilder nodeTimeout(Duration timeout) {
        nodeTimeout = timeout;
        return this;
    }

    /** Requires this password of clients and of replicas (requirepass, masterauth); the nodes' connections use it. */
    public LocalClusterBuilder password(String password) {
        login = new NodeSettings.Login(null, password);
        return config("requirepass " + quoted(password), "masterauth " + quoted(password));
    }

    /**
     * Adds an ACL user that may do everything, for clients and replicas (masteruser, masterauth), and turns the default
     * user off; the nodes' connections use it.
     */
    public LocalClusterBuilder aclUser(String name, String password) {
        login = new NodeSettings.Login(name, password);
        return config(
                "user default off",
                "user " + name + " on " + quoted(">" + password) + " ~* &* +@all",
                "masteruser " + name,
                "masterauth " + quoted(password));
    }

    /**
     * The loopback addresses to spread nodes over, such as 127.0.0.1, 127.0.0.2, 127.0.0.3 (all are there on Linux). In
     * shard s the master is on host s, its replicas on the hosts after it, so that no host has two members of a shard.
     */
    public LocalClusterBuilder hosts(String... addresses) {
        hosts = List.of(addresses);
        return this;
    }

    /**
     * The slots that each master starts with, as CLUSTER NODES writes them ({@code "0-99 8000"}, {@code ""} for none);
     * all 16,384 must be given. Even contiguous shares by default.
     */
    public LocalClusterBuilder layout(String... rangesOfMaster) {
        layout = List.of(rangesOfMaster);
        return this;
    }

    /** Where the nodes' folders are made, and stay. By default a temporary folder that closing deletes. */
    public LocalClusterBuilder folder(Path place) {
        folder = place;
        return this;
    }

    /** Keeps the temporary folder, to look at logs afterwards. */
    public LocalClusterBuilder keepFolder() {
        keepsFolder = true;
        return this;
    }

    /**
     * Leaves closing to the caller, who has a shutdown hook of his own where the order matters. Its processes still end
     * with this JVM, but its temporary files stay unless it is closed.
     */
    public LocalClusterBuilder withoutExitHook() {
        exitHook = false;
        return this;
    }

    /** How long the cluster may take to become ready; three minutes by default. */
    public LocalClusterBuilder startTimeout(Duration timeout) {
        startTimeout = timeout;
        return this;
    }

    /**
     * Starts the nodes and returns once every node reports the cluster whole, as {@link LocalCluster#awaitReady()} says.
     *
     * @throws ServerStartException with the reason and the end of the log, when it does not come up; its folder is then
     *     kept and all processes are gone
     */
    public LocalCluster start() {
        slotLayout();
        for (int attempt = 1; ; attempt++) {
            try {
                return startOnFreePorts();
            } catch (PortTakenException e) {
                if (attempt == LocalCluster.PORT_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private LocalCluster startOnFreePorts() {
        WorkFolder files = WorkFolder.create(folder, "slotferry-cluster-");
        if (keepsFolder) {
            files.keep();
        }
        LocalCluster cluster = new LocalCluster(this, files);
        try {
            cluster.form();
            return cluster;
        } catch (RuntimeException e) {
            if (!(e instanceof PortTakenException)) {
                files.keep();
            }
            cluster.close();
            throw e;
        }
    }

    /** As redis.conf takes a value with blanks, quotes or backslashes. */
    private static String quoted(String value) {
        return '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    ServerBinary binary() {
        return binary;
    }

    int masters() {
        return masters;
    }

    int replicasPerMaster() {
        return replicasPerMaster;
    }

    Duration startTimeout() {
        return startTimeout;
    }

    boolean exitHook() {
        return exitHook;
    }

    String hostOf(int index) {
        return hosts.get(index % hosts.size());
    }

    NodeSettings settings() {
        List<String> lines = new ArrayList<>(List.of("cluster-node-timeout " + nodeTimeout.toMillis()));
        lines.addAll(config);
        return new NodeSettings(binary, lines, login);
    }

    SlotLayout slotLayout() {
        if (layout.isEmpty()) {
            return SlotLayout.even(masters);
        }
        if (layout.size() != masters) {
            throw new IllegalArgumentException("A layout for " + layout.size() + " masters, but there are " + masters);
        }
        return SlotLayout.parse(layout);
    }
}
