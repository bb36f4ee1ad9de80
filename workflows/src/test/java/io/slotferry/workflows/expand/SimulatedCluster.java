package io.slotferry.workflows.expand;

import io.slotferry.planning.Cluster;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Three masters with a replica each, as far as the workflow can tell: who belongs to it, who owns what, one setting. */
final class SimulatedCluster {
    static final String REPLICA_MIGRATION = "cluster-allow-replica-migration";

    private final Map<Member, SlotRanges> masters = new HashMap<>();
    private final Map<Member, Member> replicas = new HashMap<>();
    private final Map<NodeId, String> settings = new TreeMap<>();

    SimulatedCluster() {
        own(1, new SlotRange(0, 5460));
        own(2, new SlotRange(5461, 10922));
        own(3, new SlotRange(10923, 16383));
        for (int i = 1; i <= 3; i++) {
            replicas.put(node(10 + i), node(i));
        }
    }

    /** The node that serves at port 7000 + number. */
    static Member node(int number) {
        return new Member(
                new NodeId(String.format(Locale.ROOT, "%040x", number)),
                new NodeAddress("10.0.0." + number, 7000 + number));
    }

    static Member at(NodeAddress address) {
        return node(address.port() - 7000);
    }

    private void own(int node, SlotRange slots) {
        masters.put(node(node), SlotRanges.of(slots));
    }

    synchronized Cluster seen() {
        return new Cluster(masters.entrySet().stream()
                .map(entry -> new Shard(entry.getKey(), replicasOf(entry.getKey()), entry.getValue()))
                .toList());
    }

    private List<Member> replicasOf(Member master) {
        return replicas.entrySet().stream()
                .filter(entry -> entry.getValue().equals(master))
                .map(Map.Entry::getKey)
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
    }

    synchronized boolean has(Member node) {
        return masters.containsKey(node) || replicas.containsKey(node);
    }

    synchronized void join(Member node) {
        if (!has(node)) {
            masters.put(node, SlotRanges.none());
        }
    }

    synchronized void follow(Member replica, Member master) {
        masters.remove(replica);
        replicas.put(replica, master);
    }

    synchronized void remove(Member node) {
        if (!masters.getOrDefault(node, SlotRanges.none()).isEmpty()) {
            throw new IllegalStateException(node + " owns slots");
        }
        masters.remove(node);
        replicas.remove(node);
    }

    /** Moves those of these slots that the source still owns. */
    synchronized void move(Member source, Member target, SlotRanges slots) {
        SlotRanges moving = masters.get(source).intersect(slots);
        masters.put(source, masters.get(source).minus(moving));
        masters.put(target, masters.get(target).plus(moving));
    }

    synchronized Map<NodeId, SlotRanges> owners() {
        Map<NodeId, SlotRanges> owners = new TreeMap<>();
        masters.forEach((master, slots) -> owners.put(master.id(), slots));
        return owners;
    }

    /** Those of these nodes that are replicas. */
    synchronized List<NodeId> followers(List<Member> nodes) {
        return nodes.stream().filter(replicas::containsKey).map(Member::id).toList();
    }

    synchronized SlotRanges owned(Member master) {
        return masters.getOrDefault(master, SlotRanges.none());
    }

    synchronized List<Integer> slotCounts() {
        return seen().shards().stream().map(shard -> shard.slots().size()).toList();
    }

    synchronized List<Member> members() {
        List<Member> members = new ArrayList<>(masters.keySet());
        members.addAll(replicas.keySet());
        members.sort((a, b) -> a.id().compareTo(b.id()));
        return members;
    }

    synchronized String setting(Member node) {
        return settings.getOrDefault(node.id(), "yes");
    }

    synchronized void set(Member node, String value) {
        settings.put(node.id(), value);
    }
}
