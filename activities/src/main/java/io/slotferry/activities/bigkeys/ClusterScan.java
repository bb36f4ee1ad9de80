package io.slotferry.activities.bigkeys;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.BigKeys.BigKey;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.ExpandRequest.BigKeyLimits;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** The keys of all shards, side by side, each on a replica in sync where there is one. */
public final class ClusterScan {
    private static final int AT_ONCE = 16;
    private static final String SHARDS = "shards";
    private static final long BETWEEN_WORDS_NANOS = 200_000_000;

    private final ClusterReader reader;
    private final Lifeline lifeline;
    private final BigKeyLimits limits;
    private final Pace.Rates rates;
    private final Map<NodeId, ScanProgress> progress = new ConcurrentHashMap<>();
    private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - BETWEEN_WORDS_NANOS);

    /** A scan in a mode: gentle but in FAST, which is for clusters that nobody waits for. */
    public ClusterScan(ClusterReader reader, Lifeline lifeline, BigKeyLimits limits, Pacing.Mode mode) {
        this(reader, lifeline, limits, Pace.Rates.of(mode));
    }

    ClusterScan(ClusterReader reader, Lifeline lifeline, BigKeyLimits limits, Pace.Rates rates) {
        this.reader = reader;
        this.lifeline = lifeline;
        this.limits = limits;
        this.rates = rates;
    }

    /**
     * Looks at every key, going on where the attempt before this one was last heard.
     *
     * @throws io.slotferry.activities.redis.NodeFailure where a node fails under it; to be tried again
     */
    public BigKeys scan(ClusterAccess access) {
        List<Shard> shards = reader.agreed(access).cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .toList();
        lifeline.lastReport().ifPresent(this::recall);
        ExecutorService pool = Executors.newFixedThreadPool(Math.min(AT_ONCE, shards.size()));
        try {
            List<Future<ScanProgress>> scans =
                    shards.stream().map(shard -> pool.submit(() -> scan(shard))).toList();
            List<ScanProgress> ends = new ArrayList<>();
            for (Future<ScanProgress> scan : scans) {
                ends.add(end(scan));
            }
            return sum(ends);
        } catch (Lifeline.Superseded e) {
            lastWord();
            throw e;
        } finally {
            pool.shutdownNow();
        }
    }

    private static ScanProgress end(Future<ScanProgress> scan) {
        try {
            return scan.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("scanning", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Lifeline.Superseded("the worker stops");
        }
    }

    private ScanProgress scan(Shard shard) {
        Member asked = asked(shard);
        try (Node node = reader.nodes().look(asked.address())) {
            node.readOnly();
            ServerInfo info = node.info();
            ScanProgress begun = Optional.ofNullable(progress.get(shard.master().id()))
                    .filter(earlier -> earlier.isOf(asked.address(), info.runId()))
                    .orElseGet(() -> ScanProgress.beginning(asked.address(), info.runId()));
            List<Integer> databases = info.keys().keySet().stream().sorted().toList();
            boolean replica = !info.replication().master();
            Pace pace = new Pace(lifeline, rates.of(replica));
            return new ShardScan(node, new BlockEstimate(node, replica), limits, pace, databases)
                    .from(begun, now -> tell(shard.master().id(), now));
        }
    }

    /** A replica that is linked and in sync, since what it does there no client waits for; else the master. */
    private Member asked(Shard shard) {
        return shard.replicas().stream()
                .filter(replica -> reader.ask(List.of(replica.address()), Node::info).answers().values().stream()
                        .anyMatch(info -> info.replication().inSync()))
                .findFirst()
                .orElse(shard.master());
    }

    /** A word is all shards', and a page takes less than a millisecond: most pages go untold. */
    private void tell(NodeId shard, ScanProgress now) {
        progress.put(shard, now);
        long before = toldNanos.get();
        long time = System.nanoTime();
        if (now.done() || (time - before >= BETWEEN_WORDS_NANOS && toldNanos.compareAndSet(before, time))) {
            report();
        }
    }

    private void report() {
        ObjectNode report = JsonNodeFactory.instance.objectNode();
        report.set(SHARDS, SlotferryJson.mapper().valueToTree(progress));
        lifeline.report(report);
    }

    /** The next attempt goes on from here. */
    private void lastWord() {
        report();
        if (!Thread.currentThread().isInterrupted()) {
            lifeline.sync();
        }
    }

    private void recall(JsonNode report) {
        JsonNode shards = report.path(SHARDS);
        shards.properties()
                .forEach(entry -> progress.put(
                        new NodeId(entry.getKey()),
                        SlotferryJson.mapper().convertValue(entry.getValue(), new TypeReference<ScanProgress>() {})));
    }

    private static BigKeys sum(List<ScanProgress> ends) {
        List<BigKey> keys = ends.stream().flatMap(end -> end.keys().stream()).toList();
        return new BigKeys(
                ends.stream().mapToLong(ScanProgress::scanned).sum(),
                ShardScan.biggest(keys),
                ends.stream().mapToLong(ScanProgress::count).sum(),
                SlotRanges.union(ends.stream().map(ScanProgress::overLimit)),
                SlotRanges.union(ends.stream().map(ScanProgress::overHardLimit)));
    }
}
