package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.workflows.contract.BatchOrder;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Masters that were replaced and did not find their way to their successor; they are told to follow it.
 *
 * <p>A master becomes a replica of whoever takes its last slot (clusterUpdateSlotsConfigWith in Redis' cluster.c). One that died
 * before it heard that a target had taken a slot may learn of its successor first and of the target last: it comes back as a
 * replica of the target, and its own shard stays without (five of eight times on Redis 7.0 when it is killed just then). One
 * that has {@code cluster-allow-replica-migration no} follows nobody in that case: a master without slots.
 *
 * <p>Any member of a shard may have been its master in between, so one without slots is looked for among all of them, beside
 * the only one with slots. As a replica of another shard only the node is looked for that was the master when the plan was
 * made: another one may have been attached there by an operator.
 */
final class Strays {
    private static final Logger log = LoggerFactory.getLogger(Strays.class);

    private final Nodes nodes;
    private final BatchOrder order;
    private final Lifeline lifeline;

    Strays(Nodes nodes, BatchOrder order, Lifeline lifeline) {
        this.nodes = nodes;
        this.order = order;
        this.lifeline = lifeline;
    }

    /**
     * A stray, and whom it is to follow.
     *
     * @param self the stray as it sees itself
     */
    record Stray(KnownNode self, KnownNode successor) {
        NodeAddress address() {
            return self.address();
        }

        /** Whether it follows another shard's master, rather than nobody. */
        boolean followsAnother() {
            return self.role() == Role.REPLICA;
        }

        String text() {
            return self.address() + " (" + self.id().brief() + ") follows "
                    + self.masterId().map(NodeId::brief).orElse("nobody") + ", not " + successor.address() + " ("
                    + successor.id().brief() + "), which owns its slots now";
        }
    }

    /** Tells the strays of these views whom to follow; what a node refuses is tried again with the next ones. */
    void on(List<NodeView> views) {
        of(order, views).forEach(this::bringHome);
    }

    /** The strays among the shards of this batch. */
    static List<Stray> of(BatchOrder order, List<NodeView> views) {
        List<List<Member>> shards = order.moves().stream()
                .flatMap(move -> Stream.of(move.source(), move.target()))
                .distinct()
                .toList();
        Set<NodeId> ends = shards.stream().flatMap(List::stream).map(Member::id).collect(Collectors.toSet());
        Map<NodeId, NodeView> byViewer =
                views.stream().collect(Collectors.toMap(NodeView::viewer, Function.identity(), (one, again) -> one));
        return shards.stream()
                .flatMap(shard -> strays(shard, ends, byViewer).stream())
                .toList();
    }

    private static List<Stray> strays(List<Member> shard, Set<NodeId> ends, Map<NodeId, NodeView> views) {
        Set<NodeId> own = shard.stream().map(Member::id).collect(Collectors.toSet());
        NodeId first = shard.get(0).id();
        List<KnownNode> present = shard.stream()
                .map(Member::id)
                .filter(views::containsKey)
                .map(id -> views.get(id).self())
                .toList();
        List<KnownNode> owners = present.stream()
                .filter(node -> node.role() == Role.MASTER && !node.slots().isEmpty())
                .toList();
        if (owners.size() != 1) {
            return List.of();
        }
        return present.stream()
                .filter(node -> node.role() == Role.MASTER
                        ? node.slots().isEmpty()
                        : node.id().equals(first) && followsOneOf(ends, own, node))
                .map(node -> new Stray(node, owners.get(0)))
                .toList();
    }

    private static boolean followsOneOf(Set<NodeId> ends, Set<NodeId> own, KnownNode replica) {
        return replica.masterId()
                .filter(master -> ends.contains(master) && !own.contains(master))
                .isPresent();
    }

    private void bringHome(Stray stray) {
        NodeId successor = stray.successor().id();
        try (ChangeSession session = ChangeSession.open(nodes, lifeline, List.of(stray.address()))) {
            session.at(stray.address()).replicate(successor);
            log.warn(
                    "{} was {}; it follows {} again",
                    stray.address(),
                    stray.followsAnother() ? "a replica of another shard" : "a second master without slots",
                    stray.successor().address());
        } catch (NodeFailure e) {
            log.warn("{} follows its successor later: {}", stray.address(), e.getMessage());
        }
    }
}
