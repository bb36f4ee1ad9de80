package io.slotferry.activities.looking;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.ServerInfo;
import io.slotferry.planning.Balance;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotWeights;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.WeighedSlots;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/**
 * What slots weigh: keys are counted; bytes and load are taken from CLUSTER SLOT-STATS where every master keeps them, else
 * estimated from samples of keys, and from what each node uses.
 */
final class SlotWeigher {
    /** Long enough for load to show, short enough for a person to wait. */
    private static final Duration LOAD_INTERVAL = Duration.ofSeconds(10);

    /** Of a core, on each master in the mean: what a server uses by itself. Below it there is no load to be shared out. */
    private static final double IDLE = 0.01;

    /** The same of the time that commands take: that of commands by which clusters are looked at. */
    private static final double IDLE_COMMANDS = 0.000_1;

    private static final int SLOTS_AT_ONCE = 64;
    private static final int KEYS_OF_A_SLOT = 8;
    /** Between two questions about {@value #SLOTS_AT_ONCE} slots, so that clients come in between. */
    private static final Duration BREATH = Duration.ofMillis(2);

    private final ClusterReader reader;
    private final Duration loadInterval;

    SlotWeigher(ClusterReader reader) {
        this(reader, LOAD_INTERVAL);
    }

    SlotWeigher(ClusterReader reader, Duration loadInterval) {
        this.reader = reader;
        this.loadInterval = loadInterval;
    }

    /**
     * Weighs all slots of the cluster by what the request balances.
     *
     * @throws io.slotferry.activities.redis.NodeFailure where a master does not answer
     */
    WeighedSlots weigh(ExpandRequest request) {
        Map<NodeAddress, Shard> masters = new HashMap<>();
        reader.agreed(request.access()).cluster().shards().stream()
                .filter(shard -> !shard.slots().isEmpty())
                .forEach(shard -> masters.put(shard.master().address(), shard));
        return switch (request.balance()) {
            case KEYS -> weighed(Balance.KEYS, keys(masters), "counted on every master");
            case MEMORY ->
                stats(masters, "memory-bytes")
                        .map(bytes -> weighed(Balance.MEMORY, bytes, "CLUSTER SLOT-STATS of every master"))
                        .orElseGet(() -> weighed(
                                Balance.MEMORY,
                                each(masters, this::sampledBytes),
                                "keys counted, and MEMORY USAGE of up to " + KEYS_OF_A_SLOT + " keys of each slot"));
            case LOAD -> load(masters);
            case SLOTS -> throw new IllegalArgumentException("slots are counted by the planner");
        };
    }

    private static WeighedSlots weighed(Balance balance, Map<Integer, Long> bySlot, String how) {
        long[] weights = new long[SlotRange.SLOTS];
        bySlot.forEach((slot, weight) -> weights[slot] = Math.max(0, weight));
        return WeighedSlots.of(SlotWeights.of(balance, weights), how);
    }

    /** Asks every master, side by side, about its own slots. */
    private Map<Integer, Long> each(Map<NodeAddress, Shard> masters, Question question) {
        Map<Integer, Long> all = new HashMap<>();
        ask(masters, node -> question.ask(node, masters.get(node.address())))
                .values()
                .forEach(all::putAll);
        return all;
    }

    private interface Question {
        Map<Integer, Long> ask(Node node, Shard shard);
    }

    private <T> Map<NodeAddress, T> ask(Map<NodeAddress, Shard> masters, Function<Node, T> question) {
        Asked<T> asked = reader.ask(List.copyOf(masters.keySet()), question);
        if (!asked.failures().isEmpty()) {
            throw asked.failures().values().iterator().next();
        }
        return asked.answers();
    }

    private Optional<Map<Integer, Long>> stats(Map<NodeAddress, Shard> masters, String metric) {
        Map<NodeAddress, Optional<Map<Integer, Long>>> stats = ask(masters, node -> node.slotStats(metric));
        if (stats.values().stream().anyMatch(Optional::isEmpty)) {
            return Optional.empty();
        }
        Map<Integer, Long> all = new HashMap<>();
        stats.values().forEach(some -> all.putAll(some.orElseThrow()));
        return Optional.of(all);
    }

    private Map<Integer, Long> keys(Map<NodeAddress, Shard> masters) {
        return each(masters, SlotWeigher::countedKeys);
    }

    private static Map<Integer, Long> countedKeys(Node node, Shard shard) {
        Map<Integer, Long> keys = new HashMap<>();
        for (int database : node.info().keys().keySet()) {
            inParts(shard, slots -> {
                List<Long> counts = node.countKeys(database, slots);
                for (int i = 0; i < slots.size(); i++) {
                    keys.merge(slots.get(i), counts.get(i), Long::sum);
                }
            });
        }
        return keys;
    }

    private interface Part {
        void of(List<Integer> slots);
    }

    private static void inParts(Shard shard, Part part) {
        List<Integer> slots = shard.slots().stream().boxed().toList();
        for (int from = 0; from < slots.size(); from += SLOTS_AT_ONCE) {
            part.of(slots.subList(from, Math.min(slots.size(), from + SLOTS_AT_ONCE)));
            LockSupport.parkNanos(BREATH.toNanos());
        }
    }

    /** Of a slot with no more keys than are asked for it is exact. */
    private Map<Integer, Long> sampledBytes(Node node, Shard shard) {
        Map<Integer, Long> bytes = new HashMap<>();
        for (int database : node.info().keys().keySet()) {
            inParts(shard, slots -> {
                List<Long> counts = node.countKeys(database, slots);
                List<List<byte[]>> samples = node.keysInSlots(database, slots, KEYS_OF_A_SLOT);
                List<Long> sizes = node.memoryUsage(
                        database, samples.stream().flatMap(List::stream).toList());
                int next = 0;
                for (int i = 0; i < slots.size(); i++) {
                    int sampled = samples.get(i).size();
                    long sum = sizes.subList(next, next + sampled).stream()
                            .mapToLong(Long::longValue)
                            .sum();
                    next += sampled;
                    bytes.merge(slots.get(i), sampled == 0 ? 0 : sum * counts.get(i) / sampled, Long::sum);
                }
            });
        }
        return bytes;
    }

    private WeighedSlots load(Map<NodeAddress, Shard> masters) {
        Optional<Map<Integer, Long>> before = stats(masters, "cpu-usec");
        String during = " over " + loadInterval.toSeconds() + " s";
        if (before.isPresent()) {
            await();
            Optional<Map<Integer, Long>> after = stats(masters, "cpu-usec");
            if (after.isPresent()) {
                Map<Integer, Long> used = new HashMap<>();
                after.get()
                        .forEach(
                                (slot, now) -> used.put(slot, now - before.get().getOrDefault(slot, 0L)));
                return loaded(masters, used, IDLE_COMMANDS, "cpu-usec of CLUSTER SLOT-STATS" + during);
            }
        }
        return loaded(
                masters,
                loadByKeys(masters),
                IDLE,
                "the CPU time of each master" + during + ", shared out among its slots by their keys, since not every"
                        + " master keeps CLUSTER SLOT-STATS (cluster-slot-stats-enabled)");
    }

    /** Where next to nothing was used, all slots count the same. */
    private WeighedSlots loaded(Map<NodeAddress, Shard> masters, Map<Integer, Long> micros, double idle, String how) {
        long sum = micros.values().stream().mapToLong(Long::longValue).sum();
        return sum < idle * loadInterval.toMillis() * 1_000 * masters.size()
                ? weighed(
                        Balance.LOAD,
                        Map.of(),
                        "all slots the same, since hardly any load was seen (" + sum / 1_000 + " ms); " + how)
                : weighed(Balance.LOAD, micros, how + " (" + sum / 1_000 + " ms)");
    }

    private Map<Integer, Long> loadByKeys(Map<NodeAddress, Shard> masters) {
        Map<NodeAddress, ServerInfo> before = ask(masters, Node::info);
        await();
        Map<NodeAddress, ServerInfo> after = ask(masters, Node::info);
        Map<Integer, Long> keys = keys(masters);
        Map<Integer, Long> load = new HashMap<>();
        masters.forEach((address, shard) -> {
            double micros = 1e6
                    * (after.get(address).load().cpuSeconds()
                            - before.get(address).load().cpuSeconds());
            // A slot without keys may get some.
            double sum = shard.slots().stream()
                    .mapToLong(slot -> keys.getOrDefault(slot, 0L) + 1)
                    .sum();
            shard.slots().stream()
                    .forEach(slot -> load.put(slot, Math.round(micros * (keys.getOrDefault(slot, 0L) + 1) / sum)));
        });
        return load;
    }

    private void await() {
        long end = System.nanoTime() + loadInterval.toNanos();
        for (long left = loadInterval.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
