package io.slotferry.activities.guard;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.ClientLatency.Look;
import io.slotferry.workflows.contract.ExpandRequest.Network;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * The guard by a request's thresholds. A gate costs an INFO and some PINGs on each master of the batch and an INFO on their
 * replicas; it sleeps only while a replica lags or a node is slow.
 *
 * <p>CPU and network are measured from the end of the batch before to this gate, so that slotferry's own work is not taken for the
 * clients': a run without pauses, and a batch that is a worker's first, have no such figures.
 *
 * <p>One guard stands before all batches of an activity. Of nodes that it looked at less than 250 ms ago it sees to it alone
 * that nobody holds one for failing. For use by one thread at a time.
 */
public final class LoadGuard implements BatchGuard {
    /** A hundred give a p99. */
    private static final int PINGS = 100;

    /** Where batches follow each other without a pause, a gate has to be quick: enough for a mean. */
    private static final int FEW_PINGS = 10;

    /** So many looks in a row have to find a node slow. */
    private static final int LOOKS = 3;

    private static final long BETWEEN_LOOKS_NANOS = 100_000_000;

    /** Small batches that follow each other inside an activity are shorter than what a look takes is worth. */
    private static final long SPACED_NANOS = 250_000_000;

    private static final double MEGABYTE = 1_000_000;

    private final LoadMemory memory;
    private final Thresholds thresholds;
    private final Pacing.Mode mode;
    private final LongSupplier clock;
    private Set<NodeId> lookedAt = Set.of();
    private long lookedNanos;

    public LoadGuard(LoadMemory memory, Thresholds thresholds, Pacing.Mode mode) {
        this(memory, thresholds, mode, System::nanoTime);
    }

    LoadGuard(LoadMemory memory, Thresholds thresholds, Pacing.Mode mode, LongSupplier clock) {
        this.memory = memory;
        this.thresholds = thresholds;
        this.mode = mode;
        this.clock = clock;
    }

    @Override
    public Thresholds thresholds() {
        return thresholds;
    }

    @Override
    public Optional<Look> before(Ends ends) {
        refuseFailingNodes(ends);
        return lookedJustNow(ends) ? Optional.empty() : Optional.of(look(ends));
    }

    /** Whether this guard has looked at all of these nodes a moment ago, and let the batch before this one pass. */
    private boolean lookedJustNow(Ends ends) {
        return clock.getAsLong() - lookedNanos < SPACED_NANOS && lookedAt.containsAll(members(ends));
    }

    private static Set<NodeId> members(Ends ends) {
        return ends.shards().flatMap(Shard::members).map(Member::id).collect(Collectors.toSet());
    }

    private Look look(Ends ends) {
        Map<NodeAddress, Measured> measured = measure(ends);
        List<String> over = new ArrayList<>();
        ends.masters().forEach(master -> over.addAll(over(master, measured.get(master))));
        ends.targets().stream()
                .map(target -> target.master().address())
                .distinct()
                .forEach(target ->
                        over.addAll(fullTarget(target, measured.get(target).info())));
        ReplicaGauge replicas = new ReplicaGauge(ends, infos(measured), thresholds.replicationLag(), clock);
        replicas.refuseUnlinked();
        over.addAll(replicas.lagging());
        if (!over.isEmpty()) {
            measured.values().forEach(node -> memory.mark(node.info(), node.nanos()));
            throw new Halted(
                    FailureKind.LOAD_TOO_HIGH,
                    "The batch waits: nodes are over the request's thresholds.",
                    over.subList(0, Math.min(over.size(), ClusterViews.MAX_DIFFERENCES)),
                    "wait for a quieter hour, then slotferry retry; slotferry retune --threshold sets other limits");
        }
        measured.values().forEach(node -> memory.forget(node.info()));
        lookedAt = members(ends);
        lookedNanos = clock.getAsLong();
        return new Look(highest(measured, Measured::meanMillis), highest(measured, Measured::p99Millis));
    }

    /** In microseconds. */
    private static long highest(Map<NodeAddress, Measured> measured, ToDoubleFunction<Measured> millis) {
        return Math.round(measured.values().stream().mapToDouble(millis).max().orElse(0) * 1_000);
    }

    @Override
    public void after(Ends ends) {
        if (mode != Pacing.Mode.FAST) {
            ends.reader()
                    .ask(ends.masters(), node -> Measured.of(node, 0, clock))
                    .answers()
                    .values()
                    .forEach(node -> memory.mark(node.info(), node.nanos()));
        }
    }

    /** A dead node that owns no slot is what a failover leaves behind, and in nobody's way. */
    private static void refuseFailingNodes(Ends ends) {
        Set<NodeId> owners = ends.seen().cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .map(shard -> shard.master().id())
                .collect(Collectors.toSet());
        List<String> failing = ClusterViews.failing(ends.seen().views()).stream()
                .filter(found -> found.flag() == Flag.PFAIL
                        || owners.contains(found.node().id()))
                .map(found -> found.node() + " is flagged " + found.flag() + " by "
                        + found.seenBy().size() + " of " + ends.seen().views().size() + " nodes")
                .toList();
        if (!failing.isEmpty()) {
            throw new Halted(
                    FailureKind.NOT_HEALTHY,
                    "The batch waits: a node is held for failing.",
                    failing,
                    "bring the node back, or let the cluster fail it over; then slotferry retry");
        }
    }

    /** Nodes that are slow are looked at again: what is over in a moment is no load. */
    private Map<NodeAddress, Measured> measure(Ends ends) {
        int pings = mode == Pacing.Mode.FAST ? FEW_PINGS : PINGS;
        Map<NodeAddress, Measured> measured = measure(ends, pings);
        for (int look = 1; look < LOOKS && measured.values().stream().anyMatch(this::slow); look++) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            measured = measure(ends, pings);
        }
        return measured;
    }

    private boolean slow(Measured measured) {
        return overMean(measured) || overP99(measured);
    }

    private boolean overMean(Measured measured) {
        return measured.meanMillis() > thresholds.meanLatency().toMillis();
    }

    private boolean overP99(Measured measured) {
        return measured.pings().size() >= PINGS
                && measured.p99Millis() > thresholds.p99Latency().toMillis();
    }

    private Map<NodeAddress, Measured> measure(Ends ends, int pings) {
        Asked<Measured> asked = ends.reader().ask(ends.masters(), node -> Measured.of(node, pings, clock));
        asked.failures().values().forEach(failure -> {
            throw failure;
        });
        return asked.answers();
    }

    private static Map<NodeAddress, ServerInfo> infos(Map<NodeAddress, Measured> measured) {
        return measured.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .info()));
    }

    private List<String> over(NodeAddress master, Measured measured) {
        List<String> over = new ArrayList<>();
        memory.cpuOver(master, measured.info(), measured.nanos(), thresholds.cpu())
                .ifPresent(over::add);
        thresholds.network().ifPresent(limit -> memory.networkRate(measured.info(), measured.nanos())
                .ifPresent(rate -> add(
                        over, rate * 100 > limit.bytesPerSecond() * limit.percent(), network(master, rate, limit))));
        add(
                over,
                overMean(measured),
                master + ": " + latency("mean", measured.meanMillis(), measured) + ", limit "
                        + thresholds.meanLatency().toMillis() + " ms (thresholds.meanLatency)");
        add(
                over,
                overP99(measured),
                master + ": " + latency("p99", measured.p99Millis(), measured) + ", limit "
                        + thresholds.p99Latency().toMillis() + " ms (thresholds.p99Latency)");
        return over;
    }

    private static String network(NodeAddress master, long rate, Network limit) {
        return String.format(
                Locale.ROOT,
                "%s: network %.1f MB/s, limit %s (thresholds.network)",
                master,
                rate / MEGABYTE,
                limit.text());
    }

    private static String latency(String figure, double millis, Measured measured) {
        return String.format(
                Locale.ROOT,
                "%s %.1f ms over %d PINGs from the worker",
                figure,
                millis,
                measured.pings().size());
    }

    private List<String> fullTarget(NodeAddress target, ServerInfo info) {
        List<String> over = new ArrayList<>();
        long limit = info.load().memoryLimit();
        long percent = limit == 0 ? 0 : info.load().usedMemory() * 100 / limit;
        add(
                over,
                percent > thresholds.memory(),
                String.format(
                        Locale.ROOT,
                        "%s: memory %d %% (%.0f of %.0f MB) and it is to take slots, limit %d %% (thresholds.memory)",
                        target,
                        percent,
                        info.load().usedMemory() / MEGABYTE,
                        limit / MEGABYTE,
                        thresholds.memory()));
        return over;
    }

    private static void add(List<String> over, boolean is, String line) {
        if (is) {
            over.add(line);
        }
    }

    /** The replicas of a shard that are not dead. */
    static List<Member> replicas(Ends ends, Shard shard) {
        Set<NodeId> dead = ClusterViews.failing(ends.seen().views()).stream()
                .map(found -> found.node().id())
                .collect(Collectors.toSet());
        return shard.replicas().stream()
                .filter(replica -> !dead.contains(replica.id()))
                .toList();
    }
}
