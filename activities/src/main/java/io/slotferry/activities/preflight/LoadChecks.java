package io.slotferry.activities.preflight;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.guard.LoadSurvey;
import io.slotferry.activities.guard.LoadSurvey.Load;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.workflows.contract.ExpandRequest.Network;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Load against the thresholds, measured over an interval on every node. What is over them warns and refuses nothing: the run
 * waits at its first batch until it is over.
 */
final class LoadChecks {
    private static final double MEGABYTE = 1_000_000;
    private static final long BETWEEN_LOOKS_NANOS = 200_000_000;
    private static final String WAITS =
            "the run would wait at its first batch until this is over; choose a quieter hour,"
                    + " or state other thresholds";

    private final ClusterReader reader;
    private final Answers answers;
    private final Readings readings;
    private final Thresholds thresholds;

    LoadChecks(ClusterReader reader, Answers answers, Readings readings) {
        this.reader = reader;
        this.answers = answers;
        this.readings = readings;
        this.thresholds = readings.request().thresholds();
    }

    void check(LoadSurvey survey) {
        Map<NodeAddress, Load> loads =
                survey.finish((double) thresholds.meanLatency().toMillis(), (double)
                        thresholds.p99Latency().toMillis());
        loads.forEach(this::cpu);
        loads.forEach(this::latency);
        network(loads);
        readings.members().forEach(this::memory);
        readings.agreed()
                .ifPresentOrElse(
                        cluster -> lag(cluster.shards(), loads),
                        () -> answers.notApplicable(
                                CheckName.REPLICATION_LAG, Optional.empty(), "the nodes' views differ"));
        String of = "on " + Preflight.counted(loads.size(), "node");
        answers.passUnlessSaid(
                CheckName.LOAD_CPU,
                "at most " + most(loads) + " % of a core " + of + ", limit " + thresholds.cpu() + " %");
        answers.passUnlessSaid(
                CheckName.LOAD_MEMORY, "no node of the cluster is over " + thresholds.memory() + " % of its memory");
        answers.passUnlessSaid(
                CheckName.LATENCY_MEAN,
                String.format(
                        Locale.ROOT,
                        "at most %.1f ms %s, limit %d ms",
                        loads.values().stream()
                                .mapToDouble(Load::meanMillis)
                                .max()
                                .orElse(0),
                        of,
                        thresholds.meanLatency().toMillis()));
        answers.passUnlessSaid(
                CheckName.LATENCY_P99,
                String.format(
                        Locale.ROOT,
                        "at most %.1f ms %s, limit %d ms",
                        loads.values().stream()
                                .mapToDouble(Load::p99Millis)
                                .max()
                                .orElse(0),
                        of,
                        thresholds.p99Latency().toMillis()));
        answers.passUnlessSaid(
                CheckName.REPLICATION_LAG,
                "every replica has what its master had "
                        + thresholds.replicationLag().toMillis() + " ms before");
    }

    private static int most(Map<NodeAddress, Load> loads) {
        return loads.values().stream()
                .mapToInt(load -> load.cpuPercent().orElse(0))
                .max()
                .orElse(0);
    }

    private void cpu(NodeAddress address, Load load) {
        int percent = load.cpuPercent().orElse(0);
        if (percent > thresholds.cpu()) {
            answers.warn(
                    CheckName.LOAD_CPU,
                    Optional.of(address),
                    address + " used " + percent + " % of a core over " + load.millis() + " ms, limit "
                            + thresholds.cpu() + " % (thresholds.cpu)",
                    WAITS);
        }
    }

    private void latency(NodeAddress address, Load load) {
        latency(
                CheckName.LATENCY_MEAN,
                address,
                load,
                load.meanMillis(),
                thresholds.meanLatency().toMillis(),
                "mean",
                "thresholds.meanLatency");
        latency(
                CheckName.LATENCY_P99,
                address,
                load,
                load.p99Millis(),
                thresholds.p99Latency().toMillis(),
                "p99",
                "thresholds.p99Latency");
    }

    private void latency(
            CheckName check, NodeAddress address, Load load, double millis, long limit, String word, String threshold) {
        if (millis > limit) {
            answers.warn(
                    check,
                    Optional.of(address),
                    String.format(
                            Locale.ROOT,
                            "%s answers with a %s of %.1f ms over %d PINGs from the worker, limit %d ms (%s)",
                            address,
                            word,
                            millis,
                            load.pings(),
                            limit,
                            threshold),
                    WAITS);
        }
    }

    /** Without a stated capacity nothing can be told, and so nothing passes. */
    private void network(Map<NodeAddress, Load> loads) {
        if (thresholds.network().isEmpty()) {
            answers.notApplicable(
                    CheckName.LOAD_NETWORK,
                    Optional.empty(),
                    "the request states no capacity (\"thresholds\": {\"network\": {\"capacity\": \"10 Gbit/s\"}})");
            return;
        }
        Network limit = thresholds.network().get();
        loads.forEach((address, load) -> {
            long rate = load.bytesPerSecond().orElse(0);
            if (rate * 100 > limit.bytesPerSecond() * limit.percent()) {
                answers.warn(
                        CheckName.LOAD_NETWORK,
                        Optional.of(address),
                        String.format(
                                Locale.ROOT,
                                "%s moved %.3f MB/s over %d ms, limit %s (thresholds.network)",
                                address,
                                rate / MEGABYTE,
                                load.millis(),
                                limit.text()),
                        WAITS);
            }
        });
        answers.passUnlessSaid(
                CheckName.LOAD_NETWORK,
                "no node moved more than " + limit.text() + ", of " + Preflight.counted(loads.size(), "node"));
    }

    private void memory(NodeAddress address, NodeReading reading) {
        ServerInfo.Load load = reading.info().load();
        long percent = load.memoryLimit() == 0 ? 0 : load.usedMemory() * 100 / load.memoryLimit();
        if (percent > thresholds.memory()) {
            answers.warn(
                    CheckName.LOAD_MEMORY,
                    Optional.of(address),
                    String.format(
                            Locale.ROOT,
                            "%s uses %d %% of its memory (%.0f of %.0f MB), limit %d %% (thresholds.memory)",
                            address,
                            percent,
                            load.usedMemory() / MEGABYTE,
                            load.memoryLimit() / MEGABYTE,
                            thresholds.memory()),
                    "nothing to do where it is to give slots: that is what relieves it");
        }
    }

    /** A replica is behind by more than the limit where it lacks by then what its master had when the interval began. */
    private void lag(List<Shard> shards, Map<NodeAddress, Load> loads) {
        Map<NodeAddress, Long> wanted = new LinkedHashMap<>();
        shards.forEach(shard -> {
            Load master = loads.get(shard.master().address());
            if (master != null) {
                shard.replicas().stream()
                        .map(Member::address)
                        .forEach(replica -> wanted.put(
                                replica, master.before().replication().offset()));
            }
        });
        long began = System.nanoTime();
        long millis = loads.values().stream().mapToLong(Load::millis).min().orElse(0);
        Map<NodeAddress, Long> behind = behind(wanted);
        while (!behind.isEmpty()
                && millis + (System.nanoTime() - began) / 1_000_000
                        < thresholds.replicationLag().toMillis()) {
            LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
            behind = behind(wanted);
        }
        long waited = millis + (System.nanoTime() - began) / 1_000_000;
        behind.forEach((replica, missing) -> answers.warn(
                CheckName.REPLICATION_LAG,
                Optional.of(replica),
                replica + " lacks " + missing + " bytes of what its master had written " + waited + " ms before, limit "
                        + thresholds.replicationLag().toMillis() + " ms (thresholds.replicationLag)",
                WAITS));
    }

    private Map<NodeAddress, Long> behind(Map<NodeAddress, Long> wanted) {
        Map<NodeAddress, Long> behind = new LinkedHashMap<>();
        reader.ask(wanted.keySet(), Node::info).answers().forEach((replica, info) -> {
            long missing = wanted.get(replica) - info.replication().offset();
            if (missing > 0) {
                behind.put(replica, missing);
            }
        });
        return behind;
    }
}
