package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.Balance;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Window;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an operator asks, with every default filled in. Read by {@link RequestReader} from the one JSON value that starts a
 * run, so a request that exists is well-formed.
 *
 * @param accept preflight checks that the operator takes on himself, {@code check} or {@code check@host:port}
 * @param window in which batches may start; empty where they may at any time
 * @param prepareBefore how long before the window opens preflight, big-key scan and backup are done; empty where the
 *     window gates the backup, too
 * @param plan the fingerprint of the one plan that may be carried out; empty where any may that is approved
 */
public record ExpandRequest(
        ClusterRef cluster,
        Add add,
        String backup,
        Approval approval,
        Optional<StopAfter> stopAfter,
        BatchOptions batch,
        Pacing pacing,
        AttachReplicas attachReplicas,
        OnFailure onFailure,
        List<String> accept,
        Thresholds thresholds,
        BackupOptions backupOptions,
        BigKeyLimits bigKeys,
        Optional<Window> window,
        Optional<Duration> prepareBefore,
        Balance balance,
        Optional<String> plan) {

    /** The value of {@code backup} that does without one, spelled out. */
    public static final String NO_BACKUP = "none";

    public ExpandRequest {
        accept = List.copyOf(accept);
        // Requests that were written down before there were thresholds have none.
        thresholds = thresholds == null ? Thresholds.DEFAULT : thresholds;
        backupOptions = backupOptions == null ? BackupOptions.DEFAULT : backupOptions;
        bigKeys = bigKeys == null ? BigKeyLimits.DEFAULT : bigKeys;
        window = window == null ? Optional.empty() : window;
        prepareBefore = prepareBefore == null ? Optional.empty() : prepareBefore;
        balance = balance == null ? Balance.SLOTS : balance;
        plan = plan == null ? Optional.empty() : plan;
    }

    /**
     * This request as JSON on one line, without what only says how far to go and who must agree: a rehearsed plan and the
     * run itself have the same text, and so the same fingerprint. How large batches are that the request leaves open is the
     * plan's to say.
     */
    public String canonical() {
        if (batch.slots().isEmpty()) {
            return with(new BatchOptions(Optional.of(BatchOptions.USUAL_SLOTS), batch.lanes(), batch.migration()))
                    .canonical();
        }
        ObjectNode tree = SlotferryJson.mapper().valueToTree(this);
        tree.remove(List.of("approval", "stopAfter", "plan"));
        if (thresholds.equals(Thresholds.DEFAULT)) {
            tree.remove("thresholds");
        } else if (thresholds.network().isEmpty() && tree.get("thresholds") instanceof ObjectNode given) {
            given.remove("network");
        }
        if (backupOptions.equals(BackupOptions.DEFAULT)) {
            tree.remove("backupOptions");
        }
        if (bigKeys.equals(BigKeyLimits.DEFAULT)) {
            tree.remove("bigKeys");
        }
        if (window.isEmpty()) {
            tree.remove(List.of("window", "prepareBefore"));
        } else if (prepareBefore.isEmpty()) {
            tree.remove("prepareBefore");
        }
        if (balance == Balance.SLOTS) {
            tree.remove("balance");
        }
        if (pacing.latencyBudget() == Pacing.DEFAULT_BUDGET && tree.get("pacing") instanceof ObjectNode given) {
            given.remove("latencyBudget");
        }
        if (batch.migration() == Migration.AUTO && tree.get("batch") instanceof ObjectNode given) {
            given.remove("migration");
        }
        return tree.toString();
    }

    /** The same at another speed. */
    public ExpandRequest with(Pacing other) {
        return with(new Tuning(other, batch.lanes(), thresholds, window));
    }

    /** What may be changed of it while its run is under way. */
    public Tuning tuning() {
        return new Tuning(pacing, batch.lanes(), thresholds, window);
    }

    /** The same with this changed. */
    public ExpandRequest with(Tuning tuning) {
        return copy(new BatchOptions(batch.slots(), tuning.lanes(), batch.migration()), tuning, plan);
    }

    /** The same for a plan that was agreed on: where it can still be made it is to be this one. */
    public ExpandRequest agreedOn(String fingerprint) {
        return copy(batch, tuning(), Optional.of(fingerprint));
    }

    private ExpandRequest with(BatchOptions other) {
        return copy(other, tuning(), plan);
    }

    private ExpandRequest copy(BatchOptions batches, Tuning tuning, Optional<String> fingerprint) {
        return new ExpandRequest(
                cluster,
                add,
                backup,
                approval,
                stopAfter,
                batches,
                tuning.pacing(),
                attachReplicas,
                onFailure,
                accept,
                tuning.thresholds(),
                backupOptions,
                bigKeys,
                tuning.window(),
                prepareBefore,
                balance,
                fingerprint);
    }

    /** Whether a person has still to approve the plan: one that the request names was approved already. */
    public boolean asksForApproval() {
        return approval == Approval.REQUIRED && plan.isEmpty();
    }

    /** Whether the run ends after this phase, and changes nothing on the cluster. */
    public boolean stopsAfter(StopAfter phase) {
        return stopAfter.equals(Optional.of(phase));
    }

    /** Whether the request goes without a backup, as it says in so many words. */
    public boolean withoutBackup() {
        return backup.equals(NO_BACKUP);
    }

    /** How activities reach the cluster. */
    public ClusterAccess access() {
        return new ClusterAccess(cluster.seeds(), cluster.credentials());
    }

    /**
     * The cluster to grow.
     *
     * @param name what the operator calls it; letters, digits, dot, dash and underscore
     * @param credentials name of an entry that the worker resolves
     */
    public record ClusterRef(String name, List<NodeAddress> seeds, Optional<String> credentials) {
        public ClusterRef {
            seeds = List.copyOf(seeds);
        }
    }

    /** The nodes to add: running, in cluster mode, empty, and unknown to any cluster. */
    public record Add(List<NodeAddress> masters, List<Replica> replicas) {
        public Add {
            masters = List.copyOf(masters);
            replicas = List.copyOf(replicas);
        }
    }

    /** A node to become a replica, of the master that the planner picks or of a fixed one. */
    public record Replica(NodeAddress node, Optional<NodeAddress> replicaOf) {}

    /** Whether a person approves the plan before anything changes. */
    public enum Approval {
        REQUIRED,
        NONE
    }

    /**
     * How slots are cut into batches.
     *
     * @param slots the most slots in a batch; empty where that is left to what moves them
     * @param lanes the most source→target pairs that move side by side
     * @param migration how their slots move
     */
    public record BatchOptions(Optional<Integer> slots, int lanes, Migration migration) {
        /** What a batch that moves key by key has at most, where nothing else was said. */
        public static final int USUAL_SLOTS = 100;

        public BatchOptions {
            slots = slots == null ? Optional.empty() : slots;
            // Requests that were written down before there was a choice left it open.
            migration = migration == null ? Migration.AUTO : migration;
        }

        /** With the migration that the servers offer. */
        public BatchOptions(int slots, int lanes) {
            this(Optional.of(slots), lanes, Migration.AUTO);
        }
    }

    /** How slots move from a source to a target. */
    public enum Migration {
        /** ATOMIC where every node of the cluster and of the request offers it, else KEYS. */
        AUTO,
        /** Key by key: SETSLOT and MIGRATE, on every server. */
        KEYS,
        /** By the servers' own atomic slot migration: Valkey 9.0 and later, Redis 8.4 and later. */
        ATOMIC;

        /** How slots move by it, for a person; AUTO has no way of its own. */
        public String words() {
            return this == ATOMIC ? "by the servers' own slot migration" : "key by key";
        }
    }

    /**
     * How fast batches follow each other.
     *
     * @param pause between two batches; none in mode FAST, the longest in mode ADAPTIVE
     * @param latencyBudget by how many percent clients' latency may rise in mode ADAPTIVE
     */
    public record Pacing(Mode mode, Duration pause, int latencyBudget) {
        /** In percent, where the request says nothing. */
        public static final int DEFAULT_BUDGET = 10;

        public Pacing {
            // Requests that were written down before there was a budget have none.
            latencyBudget = latencyBudget == 0 ? DEFAULT_BUDGET : latencyBudget;
        }

        /** With the usual budget. */
        public Pacing(Mode mode, Duration pause) {
            this(mode, pause, DEFAULT_BUDGET);
        }

        /** How the time between and inside batches is chosen. */
        public enum Mode {
            /** A batch, a pause; short calls. */
            STEADY,
            /** No pause and large calls: for idle clusters and maintenance. */
            FAST,
            /** As fast as clients do not notice: calls, windows, lanes and pauses follow the latency that they feel. */
            ADAPTIVE
        }
    }

    /**
     * Load over which a batch waits before it begins. Latencies are those of PINGs that the worker sends.
     *
     * @param cpu of one core, in percent, as clients alone use it on a node that gives or takes slots
     * @param memory of a node that takes slots, in percent of maxmemory, or of the machine's where that is 0
     * @param replicationLag until a replica of such a node has what its master has
     * @param network empty where no capacity is stated: then nothing is said of it
     */
    public record Thresholds(
            int cpu,
            int memory,
            Duration meanLatency,
            Duration p99Latency,
            Duration replicationLag,
            Optional<Network> network) {
        public Thresholds {
            // Requests that were written down before there was a limit for the network have none.
            network = network == null ? Optional.empty() : network;
        }

        /** Without a stated capacity of the network. */
        public Thresholds(int cpu, int memory, Duration meanLatency, Duration p99Latency, Duration replicationLag) {
            this(cpu, memory, meanLatency, p99Latency, replicationLag, Optional.empty());
        }

        /** Where the request says nothing. */
        public static final Thresholds DEFAULT =
                new Thresholds(70, 80, Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(500));

        /** For a person. */
        public String text() {
            return "cpu " + cpu + " %, memory " + memory + " %, meanLatency " + meanLatency.toMillis()
                    + " ms, p99Latency " + p99Latency.toMillis() + " ms, replicationLag " + replicationLag.toMillis()
                    + " ms"
                    + network.map(limit -> ", network " + limit.text()).orElse("");
        }
    }

    /**
     * What a node's network carries, each way, and how much of it may be in use.
     *
     * @param bytesPerSecond its capacity
     * @param percent of it, over which a batch waits
     */
    public record Network(long bytesPerSecond, int percent) {
        /** Of a capacity, where the request does not say. */
        public static final int DEFAULT_PERCENT = 50;

        private static final Pattern CAPACITY = Pattern.compile("([1-9][0-9]{0,5}) ?(kbit|Mbit|Gbit|kB|MB|GB)/s");
        private static final Map<String, Long> UNITS = Map.of(
                "kbit",
                125L,
                "Mbit",
                125_000L,
                "Gbit",
                125_000_000L,
                "kB",
                1_000L,
                "MB",
                1_000_000L,
                "GB",
                1_000_000_000L);

        /** Bytes per second of a text such as {@code 10 Gbit/s} or {@code 1250 MB/s}; empty where it is not of that form. */
        public static Optional<Long> capacity(String text) {
            Matcher matcher = CAPACITY.matcher(text);
            return matcher.matches()
                    ? Optional.of(Long.parseLong(matcher.group(1)) * UNITS.get(matcher.group(2)))
                    : Optional.empty();
        }

        /** For a person. */
        public String text() {
            return percent + " % of " + String.format(Locale.ROOT, "%.1f", bytesPerSecond / 1e6) + " MB/s";
        }
    }

    /**
     * How backups are made.
     *
     * @param restoreCheck whether a server on the worker loads each file, as a second proof
     * @param parallel the most nodes that write at a time, never two on one host
     * @param maxAge a backup that was begun longer ago is no gate passed
     */
    public record BackupOptions(boolean restoreCheck, int parallel, Duration maxAge) {
        /** Where the request says nothing. */
        public static final BackupOptions DEFAULT = new BackupOptions(false, 2, Duration.ofHours(24));
    }

    /**
     * Sizes of keys, by MEMORY USAGE.
     *
     * @param limit over which the slot of a key is kept out of the plan
     * @param hardLimit over which it is never moved by MIGRATE, whatever the operator accepts
     */
    public record BigKeyLimits(ByteSize limit, ByteSize hardLimit) {
        /** 10 MB and 100 MB: a key of the one blocks source and target for some 0.15 s, of the other for 1.5 s. */
        public static final BigKeyLimits DEFAULT = new BigKeyLimits(ByteSize.megabytes(10), ByteSize.megabytes(100));
    }

    /** What a failure does once slots may have moved. Before that everything is undone in any case. */
    public enum OnFailure {
        /** Halts in place, and a person decides. */
        ASK,
        /** Everything is undone by itself; so does a cancel. */
        ROLL_BACK
    }

    /** When new replicas are attached. */
    public enum AttachReplicas {
        /** After the reshard where every new master persists its writes, else before it. */
        AUTO,
        BEFORE_RESHARD,
        AFTER_RESHARD
    }
}
