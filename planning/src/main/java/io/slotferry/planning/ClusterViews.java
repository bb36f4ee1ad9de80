package io.slotferry.planning;

import io.slotferry.planning.KnownNode.Flag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the views of a cluster's nodes say together. Each question has a method of its own, so that each can be reported
 * by itself; none of them depends on the order of the views.
 */
public final class ClusterViews {
    /** More differences than these are counted, not spelled out. */
    public static final int MAX_DIFFERENCES = 20;

    private ClusterViews() {}

    /**
     * Compares the views of all nodes. They agree when every node that anyone knows was asked, all know the same nodes
     * (none in handshake or without address), give them the same roles, masters and slots, and the owners of slots the same
     * config epochs; and when no two owners of slots have the same config epoch (other than 0, which nodes have that never
     * negotiated one).
     *
     * <p>Addresses are not compared, since nodes may see each other by different ones. The cluster's members stand with
     * the address at which the asked node of the lowest ID sees them, and that node as the next one sees it.
     */
    public static ViewAgreement compare(List<NodeView> views) {
        return new ViewComparison(views, false).compare();
    }

    /**
     * The same while slots move: replicas learn by gossip, a second or so after the masters were told, and may still see
     * slots at their earlier owners. Config epochs are left out: each target takes a higher one as it takes slots, so that
     * they change all the time, and two targets that take the same one settle it by gossip. In everything else the views
     * must agree.
     */
    public static ViewAgreement compareWhileSlotsMove(List<NodeView> views) {
        return new ViewComparison(views, true).compare();
    }

    /** Slots that a node sees without an owner. */
    public record Uncovered(Member viewer, SlotRanges slots) {}

    /** Slots without owner by each view that has any: with cluster-require-full-coverage the cluster is down there. */
    public static List<Uncovered> uncovered(List<NodeView> views) {
        Names names = new Names(views);
        return sorted(views)
                .map(view -> new Uncovered(
                        names.of(view.viewer()),
                        SlotRanges.all()
                                .minus(SlotRanges.union(view.nodes().stream().map(KnownNode::slots)))))
                .filter(uncovered -> !uncovered.slots().isEmpty())
                .toList();
    }

    /** Which side of a move a node holds open. */
    public enum Direction {
        MIGRATING,
        IMPORTING
    }

    /**
     * Slots that a node holds open.
     *
     * @param peer the node that they migrate to or are imported from; the address is missing where no view knows it
     */
    public record OpenSlots(
            Member node, Direction direction, SlotRanges slots, NodeId peer, Optional<NodeAddress> peerAddress) {}

    /** Open slots of all nodes asked, by node, direction and peer. */
    public static List<OpenSlots> openSlots(List<NodeView> views) {
        Names names = new Names(views);
        return sorted(views)
                .flatMap(view -> Stream.concat(
                        open(names, view, Direction.MIGRATING, view.migrating()),
                        open(names, view, Direction.IMPORTING, view.importing())))
                .toList();
    }

    private static Stream<OpenSlots> open(Names names, NodeView view, Direction direction, Map<Integer, NodeId> peers) {
        Map<NodeId, SlotRanges> byPeer = new TreeMap<>();
        peers.forEach((slot, peer) -> byPeer.merge(peer, SlotRanges.of(new SlotRange(slot, slot)), SlotRanges::plus));
        return byPeer.entrySet().stream()
                .map(entry -> new OpenSlots(
                        names.of(view.viewer()),
                        direction,
                        entry.getValue(),
                        entry.getKey(),
                        names.address(entry.getKey())));
    }

    /**
     * A node that others hold for failing.
     *
     * @param flag FAIL where anyone says so, else PFAIL
     * @param seenBy who sees it with that flag
     */
    public record FailingNode(Member node, Flag flag, List<Member> seenBy) {
        public FailingNode {
            seenBy = List.copyOf(seenBy);
        }
    }

    /** Nodes that anyone sees failing or perhaps failing. */
    public static List<FailingNode> failing(List<NodeView> views) {
        Names names = new Names(views);
        Map<NodeId, Map<Flag, List<Member>>> seen = new TreeMap<>();
        sorted(views).forEach(view -> view.nodes().forEach(node -> Stream.of(Flag.FAIL, Flag.PFAIL)
                .filter(node.flags()::contains)
                .findFirst()
                .ifPresent(flag -> seen.computeIfAbsent(node.id(), id -> new TreeMap<>())
                        .computeIfAbsent(flag, f -> new ArrayList<>())
                        .add(names.of(view.viewer())))));
        return seen.entrySet().stream()
                .map(entry -> {
                    Flag flag = entry.getValue().containsKey(Flag.FAIL) ? Flag.FAIL : Flag.PFAIL;
                    return new FailingNode(
                            names.of(entry.getKey()), flag, entry.getValue().get(flag));
                })
                .toList();
    }

    /** A viewer's bus link to a node that is down. */
    public record DownLink(Member viewer, Member node) {}

    /** Every bus link that is down, as the node at its near end says. */
    public static List<DownLink> downLinks(List<NodeView> views) {
        Names names = new Names(views);
        return sorted(views)
                .flatMap(view -> view.nodes().stream()
                        .filter(node -> !node.linkConnected() && !node.id().equals(view.viewer()))
                        .sorted(Comparator.comparing(KnownNode::id))
                        .map(node -> new DownLink(names.of(view.viewer()), names.of(node.id()))))
                .toList();
    }

    /** Nodes whose cluster_state is not ok. */
    public static List<Member> notOk(List<NodeView> views) {
        Names names = new Names(views);
        return sorted(views)
                .filter(view -> !view.stateOk())
                .map(view -> names.of(view.viewer()))
                .toList();
    }

    /** Shards that own slots and have no replica: their master's loss is the loss of those slots. */
    public static List<Shard> withoutReplica(Cluster cluster) {
        return cluster.shards().stream()
                .filter(shard -> !shard.slots().isEmpty() && shard.replicas().isEmpty())
                .toList();
    }

    /** A replica on its master's host. */
    public record SharedHost(Member master, Member replica) {}

    /** Replicas on their masters' hosts (compared as text): one host's loss takes both. */
    public static List<SharedHost> sharedHosts(Cluster cluster) {
        return cluster.shards().stream()
                .flatMap(shard -> shard.replicas().stream()
                        .filter(replica -> replica.address()
                                .host()
                                .equals(shard.master().address().host()))
                        .map(replica -> new SharedHost(shard.master(), replica)))
                .toList();
    }

    static Stream<NodeView> sorted(Collection<NodeView> views) {
        return views.stream().sorted(Comparator.comparing(NodeView::viewer));
    }

    /** Where nodes are, as the first view that knows them says; their own comes last. */
    static final class Names {
        private final Map<NodeId, NodeAddress> addresses = new HashMap<>();

        Names(List<NodeView> views) {
            Map<NodeId, NodeAddress> own = new HashMap<>();
            sorted(views).forEach(view -> view.nodes().forEach(node -> {
                boolean itself = node.id().equals(view.viewer());
                (itself ? own : addresses).putIfAbsent(node.id(), node.address());
            }));
            own.forEach(addresses::putIfAbsent);
        }

        Optional<NodeAddress> address(NodeId id) {
            return Optional.ofNullable(addresses.get(id));
        }

        Member of(NodeId id) {
            NodeAddress address = addresses.get(id);
            if (address == null) {
                throw new IllegalArgumentException("no view lists node " + id + ", not even its own");
            }
            return new Member(id, address);
        }

        /** The node as text, also where no view lists it. */
        String text(NodeId id) {
            return address(id)
                    .map(address -> new Member(id, address).toString())
                    .orElse("unknown node " + id.brief());
        }
    }

    static <K> Map<K, Long> counts(Stream<K> items) {
        return items.collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
