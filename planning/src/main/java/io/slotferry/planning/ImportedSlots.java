package io.slotferry.planning;

import java.util.List;

/**
 * Slots that a node imports and sees without an owner. Redis takes no gossip about a slot that is imported: where its source
 * failed over, the importing node has dropped the demoted master's claim and hears of no other, and says cluster_state:fail
 * until whoever moves the slot tells it. Its word on these slots is no word against their owner's.
 */
public final class ImportedSlots {
    private ImportedSlots() {}

    /**
     * The same views, in which such slots are with the master that claims them, where one does, and in which a node whose
     * state is explained by nothing else is ok.
     */
    public static List<NodeView> withTheirOwners(List<NodeView> views) {
        return views.stream().map(view -> withOwners(view, views)).toList();
    }

    private static NodeView withOwners(NodeView view, List<NodeView> views) {
        SlotRanges seen = owned(view.nodes());
        SlotRanges unowned = SlotRanges.ofSlots(
                        view.importing().keySet().stream().mapToInt(Integer::intValue))
                .minus(seen);
        if (unowned.isEmpty()) {
            return view;
        }
        List<KnownNode> nodes = view.nodes().stream()
                .map(node -> owning(node, unowned.intersect(claim(node, views))))
                .toList();
        boolean covered = SlotRanges.all().minus(owned(nodes)).isEmpty();
        return new NodeView(
                view.viewer(),
                view.stateOk() || covered,
                view.currentEpoch(),
                nodes,
                view.migrating(),
                view.importing());
    }

    private static SlotRanges owned(List<KnownNode> nodes) {
        return SlotRanges.union(nodes.stream().map(KnownNode::slots));
    }

    /** What a master says of itself. */
    private static SlotRanges claim(KnownNode node, List<NodeView> views) {
        return views.stream()
                .filter(view -> view.viewer().equals(node.id()))
                .map(NodeView::self)
                .filter(self -> self.role() == KnownNode.Role.MASTER)
                .map(KnownNode::slots)
                .findFirst()
                .orElse(SlotRanges.none());
    }

    private static KnownNode owning(KnownNode node, SlotRanges more) {
        return more.isEmpty()
                ? node
                : new KnownNode(
                        node.id(),
                        node.address(),
                        node.busPort(),
                        node.role(),
                        node.masterId(),
                        node.configEpoch(),
                        node.flags(),
                        node.linkConnected(),
                        node.slots().plus(more));
    }
}
