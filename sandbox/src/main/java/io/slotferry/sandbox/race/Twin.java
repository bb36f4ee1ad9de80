package io.slotferry.sandbox.race;

import io.slotferry.sandbox.Access;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Finding;
import io.slotferry.sandbox.Holding;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;

/** Masters with data and one more without; each contender gets one such cluster, and all are alike. */
public final class Twin implements AutoCloseable {
    private static final int TAIL = 10;
    private static final Duration TRIMMING = Duration.ofSeconds(30);

    /** Redis's own default: a machine that is all at work is no node that died. */
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(15);

    private final LocalCluster cluster;
    private final LocalNode target;
    private final Dataset dataset;
    private final int slotsToMove;
    private boolean joined;

    private Twin(LocalCluster cluster, Dataset dataset, int slotsToMove) {
        this.cluster = cluster;
        this.dataset = dataset;
        this.slotsToMove = slotsToMove;
        this.target = cluster.startSpare();
    }

    /** Starts the processes and writes the dataset; the new master is to get as many slots as each other one keeps. */
    public static Twin start(ServerBinary server, int masters, int replicas, Dataset dataset) {
        return start(server, masters, replicas, dataset, 16_384 / (masters + 1));
    }

    /** The same where the new master is to get so many slots. */
    static Twin start(ServerBinary server, int masters, int replicas, Dataset dataset, int slotsToMove) {
        LocalCluster cluster = LocalCluster.builder(server)
                .masters(masters)
                .replicasPerMaster(replicas)
                .nodeTimeout(NODE_TIMEOUT)
                .start();
        try {
            Twin twin = new Twin(cluster, dataset, slotsToMove);
            twin.dataset.fill(Access.to(cluster));
            return twin;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    public List<LocalNode> sources() {
        return cluster.masters();
    }

    public List<LocalNode> replicas() {
        return cluster.replicas();
    }

    /** How many slots the new master is to own in the end. */
    public int slotsToMove() {
        return slotsToMove;
    }

    public LocalNode target() {
        return target;
    }

    /** Files in it go with the cluster. */
    public Path folder() {
        return cluster.folder();
    }

    /** The command-line client that came with the server. */
    public Path cli() {
        return cluster.binary()
                .cli()
                .orElseThrow(
                        () -> new IllegalStateException("There is no redis-cli or valkey-cli beside " + cluster.binary()
                                + ", " + cluster.binary().path() + ". Name a server that has one: --server PATH"));
    }

    /** Makes the target a member that owns no slot, where it is none yet. */
    public void join() {
        if (joined) {
            return;
        }
        try (Jedis jedis = sources().get(0).jedis()) {
            jedis.clusterMeet(target.host(), target.port());
        }
        cluster.awaitReady(members());
        joined = true;
    }

    private List<LocalNode> members() {
        List<LocalNode> members = new ArrayList<>(sources());
        members.add(target);
        return members;
    }

    /** {@link #moved()}, of which the keys alone. */
    public long movedKeys() {
        return moved().keys();
    }

    /**
     * What the target holds, once it is seen that every key of the dataset is where it belongs.
     *
     * @throws IllegalStateException where one is not, or the target does not own its share
     */
    public Holding moved() {
        cluster.awaitReady(members());
        Access access = Access.to(cluster);
        List<Finding> findings = dataset.check(access);
        List<Holding> holdings = trimmed(access);
        long keys = sum(holdings);
        Holding moved = holdings.stream()
                .filter(holding -> holding.master().equals(target.address()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(target + " is no master: " + holdings));
        // redis-cli rounds the share of each source, down but for the first one's.
        boolean allMoved = Math.abs(moved.slots() - slotsToMove()) < sources().size();
        if (!findings.isEmpty() || keys != dataset.keys() || !allMoved) {
            throw new IllegalStateException("Not as it should be: " + dataset.keys() + " keys were written, " + keys
                    + " are there; " + moved + "; the first findings: "
                    + findings.stream().limit(10).toList());
        }
        return moved;
    }

    /** Redis deletes what it has migrated after the fact. */
    private List<Holding> trimmed(Access access) {
        long end = System.nanoTime() + TRIMMING.toNanos();
        while (true) {
            List<Holding> holdings = Holding.read(access);
            if (sum(holdings) <= dataset.keys() || System.nanoTime() > end) {
                return holdings;
            }
            LockSupport.parkNanos(50_000_000);
        }
    }

    /** The last lines that a contender wrote there. */
    static String tail(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            List<String> all = lines.toList();
            return String.join("\n", all.subList(Math.max(0, all.size() - TAIL), all.size()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long sum(List<Holding> holdings) {
        return holdings.stream().mapToLong(Holding::keys).sum();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
