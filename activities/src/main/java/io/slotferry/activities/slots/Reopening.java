package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After a failover in mid-slot, opens on the new master what was open on the one before, without waiting for all nodes to
 * agree. Redis keeps open slots on no replica: the source's new master would serve them as if no key had moved; and a target
 * that still imports from the old master takes no gossip about these slots, sees them without an owner, and says
 * cluster_state:fail until it is told.
 *
 * <p>The same where neither end owns a slot: the source was told that the target does, and the target lost it since. The
 * target gets it again; its keys, if there are any, lie there.
 *
 * <p>It touches slots of the batch alone, which the end that stayed still has open to or from a member of the other shard,
 * or holds for the other shard's, and only while one member of each shard calls itself master.
 *
 * <p>But for one thing: a slot of whatever batch that an end of this one sees at nobody, while all other masters see it at that
 * end. A master that has just taken over may have lost it in between (seen on Redis 7.0 of the last slot of the batch before);
 * it takes no gossip about itself, so that it would say cluster_state:fail for ever. It is told what all others know.
 */
final class Reopening {
    private static final Logger log = LoggerFactory.getLogger(Reopening.class);

    private final Nodes nodes;
    private final BatchOrder order;
    private final Lifeline lifeline;

    Reopening(Nodes nodes, BatchOrder order, Lifeline lifeline) {
        this.nodes = nodes;
        this.order = order;
        this.lifeline = lifeline;
    }

    /** Both ends of a move as they see themselves, and the slots that are to be opened between them again. */
    private record Torn(End source, End target, List<Integer> slots) {}

    private record End(NodeAddress address, NodeView view) {
        NodeId id() {
            return view.viewer();
        }
    }

    /** Does what these views call for; what a node refuses is tried again with the next ones. */
    void on(List<NodeView> views) {
        for (Move move : order.moves()) {
            Optional<End> source = onlyMaster(move.source(), views);
            Optional<End> target = onlyMaster(move.target(), views);
            if (source.isPresent() && target.isPresent()) {
                torn(move, source.get(), target.get()).ifPresent(this::reopen);
                own(target.get(), ownerless(move, source.get(), target.get()));
            }
            Stream.of(source, target)
                    .flatMap(Optional::stream)
                    .forEach(end -> own(end, knownToAllButItself(end.view(), views)));
        }
    }

    private static Optional<Torn> torn(Move move, End source, End target) {
        Set<NodeId> sources = ids(move.source());
        Set<NodeId> targets = ids(move.target());
        NodeView from = source.view();
        NodeView to = target.view();
        List<Integer> slots = move.slots().intersect(from.self().slots()).stream()
                .boxed()
                .filter(slot -> isStale(from.migrating().get(slot), targets, to.viewer())
                        || isStale(to.importing().get(slot), sources, from.viewer())
                        || (from.viewer().equals(to.importing().get(slot)) && !owner(to, slot, from.viewer())))
                .toList();
        return slots.isEmpty() ? Optional.empty() : Optional.of(new Torn(source, target, slots));
    }

    private static SlotRanges ownerless(Move move, End source, End target) {
        SlotRanges told = SlotRanges.union(move.target().stream().map(member -> slotsOf(member.id(), source.view())));
        return move.slots().intersect(told).minus(target.view().self().slots());
    }

    /** Slots that a master sees at nobody, and that every other master sees at it. */
    static SlotRanges knownToAllButItself(NodeView master, List<NodeView> views) {
        List<SlotRanges> others = views.stream()
                .filter(view ->
                        !view.viewer().equals(master.viewer()) && view.self().role() == Role.MASTER)
                .map(view -> slotsOf(master.viewer(), view))
                .toList();
        SlotRanges unowned =
                SlotRanges.all().minus(SlotRanges.union(master.nodes().stream().map(KnownNode::slots)));
        return others.isEmpty() ? SlotRanges.none() : others.stream().reduce(unowned, SlotRanges::intersect);
    }

    /** Tells a master that these slots are its own. */
    private void own(End end, SlotRanges slots) {
        if (slots.isEmpty()) {
            return;
        }
        NodeAddress address = end.address();
        try (ChangeSession session = ChangeSession.open(nodes, lifeline, List.of(address))) {
            List<Answer<Void>> answers = session.at(address)
                    .setSlots(slots.stream()
                            .mapToObj(slot -> (SlotChange) new SlotChange.Owner(slot, end.id()))
                            .toList());
            log.warn("slots {} were nobody's; {} owns them again: {}", slots, address, firstRefusal(answers));
        } catch (NodeFailure e) {
            log.warn("slots {} get their owner later: {}", slots, e.getMessage());
        }
    }

    private static String firstRefusal(List<Answer<Void>> answers) {
        return answers.stream()
                .filter(Answer.Refused.class::isInstance)
                .map(Objects::toString)
                .findFirst()
                .orElse("done");
    }

    private static SlotRanges slotsOf(NodeId id, NodeView view) {
        return view.nodes().stream()
                .filter(node -> node.id().equals(id))
                .findFirst()
                .map(KnownNode::slots)
                .orElse(SlotRanges.none());
    }

    private static boolean isStale(NodeId peer, Set<NodeId> shard, NodeId master) {
        return peer != null && shard.contains(peer) && !peer.equals(master);
    }

    private static boolean owner(NodeView view, int slot, NodeId node) {
        return slotsOf(node, view).contains(slot);
    }

    private static Set<NodeId> ids(List<Member> shard) {
        return shard.stream().map(Member::id).collect(Collectors.toSet());
    }

    private static Optional<End> onlyMaster(List<Member> shard, List<NodeView> views) {
        List<End> masters = shard.stream()
                .flatMap(member -> views.stream()
                        .filter(view ->
                                view.viewer().equals(member.id()) && view.self().role() == Role.MASTER)
                        .map(view -> new End(member.address(), view)))
                .toList();
        return masters.size() == 1 ? Optional.of(masters.get(0)) : Optional.empty();
    }

    private void reopen(Torn torn) {
        NodeId source = torn.source().id();
        NodeId target = torn.target().id();
        List<SlotChange> onTarget = new ArrayList<>();
        for (int slot : torn.slots()) {
            if (!owner(torn.target().view(), slot, source)) {
                onTarget.add(new SlotChange.Owner(slot, source));
            }
            onTarget.add(new SlotChange.Importing(slot, source));
        }
        List<SlotChange> onSource = torn.slots().stream()
                .map(slot -> (SlotChange) new SlotChange.Migrating(slot, target))
                .toList();
        try (ChangeSession session = ChangeSession.open(
                nodes, lifeline, List.of(torn.target().address(), torn.source().address()))) {
            List<Answer<Void>> answers =
                    new ArrayList<>(session.at(torn.target().address()).setSlots(onTarget));
            answers.addAll(session.at(torn.source().address()).setSlots(onSource));
            log.warn(
                    "a failover left slots {} half open; opened again {} → {}: {}",
                    torn.slots(),
                    torn.source().address(),
                    torn.target().address(),
                    firstRefusal(answers));
        } catch (NodeFailure e) {
            log.warn("slots {} are opened again later: {}", torn.slots(), e.getMessage());
        }
    }
}
