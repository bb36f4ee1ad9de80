package io.slotferry.planning;

import io.slotferry.planning.KnownNode.Flag;
import io.slotferry.planning.KnownNode.Role;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Compares views with the one that most nodes share, so that the odd one out is named. */
final class ViewComparison {
    private final List<NodeView> views;
    private final ClusterViews.Names names;
    private final Differences differences = new Differences();
    private final boolean whileSlotsMove;

    /**
     * A comparison.
     *
     * @param whileSlotsMove whether replicas may still see slots at earlier owners, and epochs are not compared
     */
    ViewComparison(List<NodeView> views, boolean whileSlotsMove) {
        this.views = ClusterViews.sorted(views).toList();
        this.whileSlotsMove = whileSlotsMove;
        this.names = new ClusterViews.Names(views);
    }

    /** What a node must be the same in, in every view. */
    private record Fact(Role role, Optional<NodeId> master, long ownerEpoch, SlotRanges slots) {
        static Fact of(KnownNode node, boolean withEpoch) {
            return new Fact(
                    node.role(),
                    node.masterId(),
                    withEpoch && node.role() == Role.MASTER && !node.slots().isEmpty() ? node.configEpoch() : 0,
                    node.slots());
        }
    }

    /** A view reduced to what is compared. */
    private record Facts(NodeId viewer, Map<NodeId, Fact> nodes) {
        static Facts of(NodeView view, boolean withEpochs) {
            return new Facts(
                    view.viewer(),
                    view.nodes().stream()
                            .filter(node -> !node.flags().contains(Flag.HANDSHAKE))
                            .collect(Collectors.toMap(
                                    KnownNode::id, node -> Fact.of(node, withEpochs), (a, b) -> a, TreeMap::new)));
        }

        boolean isReplicas() {
            Fact self = nodes.get(viewer);
            return self != null && self.role() == Role.REPLICA;
        }

        /** The same view with the slots where another sees them. */
        Facts withOwnersOf(Facts other) {
            Map<NodeId, Fact> changed = new TreeMap<>(nodes);
            changed.replaceAll((id, fact) -> Optional.ofNullable(other.nodes().get(id))
                    .map(there -> new Fact(fact.role(), fact.master(), there.ownerEpoch(), there.slots()))
                    .orElse(fact));
            return new Facts(viewer, changed);
        }
    }

    ViewAgreement compare() {
        if (views.isEmpty()) {
            return new ViewAgreement.Disagreed(List.of("No node was asked for its view of the cluster."));
        }
        List<Facts> asSeen =
                views.stream().map(view -> Facts.of(view, !whileSlotsMove)).toList();
        everyKnownNodeWasAsked(asSeen);
        views.forEach(this::noNodeIsHalfKnown);
        Facts most = sharedByMost(asSeen);
        List<Facts> facts = asSeen.stream()
                .map(view -> whileSlotsMove && view.isReplicas() ? view.withOwnersOf(most) : view)
                .toList();
        facts.stream().filter(other -> !other.nodes().equals(most.nodes())).forEach(other -> compare(most, other));
        isOneCluster(most);
        return differences.isEmpty()
                ? new ViewAgreement.Agreed(cluster(most))
                : new ViewAgreement.Disagreed(differences.list());
    }

    private void everyKnownNodeWasAsked(List<Facts> facts) {
        Map<NodeId, Long> asked = ClusterViews.counts(views.stream().map(NodeView::viewer));
        new TreeMap<>(asked).forEach((id, times) -> {
            if (times > 1) {
                differences.add(names.text(id) + " was asked " + times + " times: it stands for more than one node.");
            }
        });
        Map<NodeId, Long> failing = failing();
        Map<NodeId, NodeId> knownBy = new TreeMap<>();
        facts.forEach(view -> view.nodes().keySet().forEach(id -> knownBy.putIfAbsent(id, view.viewer())));
        knownBy.forEach((id, viewer) -> {
            if (!asked.containsKey(id)) {
                differences.add(names.text(id) + " is known to " + names.text(viewer) + ", but its own view is missing"
                        + (failing.containsKey(id)
                                ? " (" + failing.get(id) + " of " + views.size() + " views see it failing)."
                                : "."));
            }
        });
    }

    /** How many views see which node failing. */
    private Map<NodeId, Long> failing() {
        return ClusterViews.counts(views.stream()
                .flatMap(view -> view.nodes().stream())
                .filter(node -> node.flags().contains(Flag.FAIL) || node.flags().contains(Flag.PFAIL))
                .map(KnownNode::id));
    }

    private void noNodeIsHalfKnown(NodeView view) {
        String viewer = names.text(view.viewer());
        if (view.nodes().stream().noneMatch(node -> node.id().equals(view.viewer()))) {
            differences.add(viewer + " does not list itself.");
        }
        for (KnownNode node : view.nodes()) {
            if (node.flags().contains(Flag.HANDSHAKE)) {
                differences.add(viewer + " is still in handshake with " + node.address() + ".");
            } else if (node.flags().contains(Flag.NOADDR)) {
                differences.add(
                        viewer + " knows no address of node " + node.id().brief() + ".");
            }
        }
    }

    /** The first of the views that most nodes share. */
    private Facts sharedByMost(List<Facts> all) {
        List<Facts> masters = all.stream().filter(view -> !view.isReplicas()).toList();
        List<Facts> facts = whileSlotsMove && !masters.isEmpty() ? masters : all;
        Map<Map<NodeId, Fact>, Integer> sharers = new LinkedHashMap<>();
        facts.forEach(view -> sharers.merge(view.nodes(), 1, Integer::sum));
        Map<NodeId, Fact> most = Collections.max(sharers.entrySet(), Map.Entry.comparingByValue())
                .getKey();
        return facts.stream()
                .filter(view -> view.nodes().equals(most))
                .findFirst()
                .orElseThrow();
    }

    private void compare(Facts most, Facts other) {
        String odd = names.text(other.viewer());
        String reference = names.text(most.viewer());
        Set<NodeId> all = new TreeSet<>(most.nodes().keySet());
        all.addAll(other.nodes().keySet());
        for (NodeId id : all) {
            Fact theirs = other.nodes().get(id);
            Fact ours = most.nodes().get(id);
            if (theirs == null) {
                differences.add(odd + " does not know " + names.text(id) + "; " + reference + " does.");
            } else if (ours == null) {
                differences.add(odd + " knows " + names.text(id) + "; " + reference + " does not.");
            } else {
                compareNode(odd + " sees " + names.text(id) + " ", theirs, reference + " ", ours);
            }
        }
        compareOwners(most, other);
    }

    private void compareNode(String odd, Fact theirs, String reference, Fact ours) {
        if (theirs.role() != ours.role() || !theirs.master().equals(ours.master())) {
            differences.add(odd + "as " + role(theirs) + ", " + reference + "as " + role(ours) + ".");
        } else if (theirs.ownerEpoch() != ours.ownerEpoch()
                && !theirs.slots().isEmpty()
                && !ours.slots().isEmpty()) {
            differences.add(odd + "with config epoch " + theirs.ownerEpoch() + ", " + reference + "with "
                    + ours.ownerEpoch() + ".");
        }
    }

    private String role(Fact fact) {
        return fact.role() == Role.MASTER
                ? "a master"
                : "a replica of " + fact.master().map(names::text).orElse("no master");
    }

    /** One sentence for all slots that the odd view sees at one node and the reference at another. */
    private void compareOwners(Facts most, Facts other) {
        NodeId[] ours = owners(most);
        NodeId[] theirs = owners(other);
        record Pair(Optional<NodeId> theirs, Optional<NodeId> ours) {}
        Map<Pair, List<Integer>> slots = new LinkedHashMap<>();
        for (int slot = 0; slot < SlotRange.SLOTS; slot++) {
            Pair pair = new Pair(Optional.ofNullable(theirs[slot]), Optional.ofNullable(ours[slot]));
            if (!pair.theirs().equals(pair.ours())) {
                slots.computeIfAbsent(pair, p -> new ArrayList<>()).add(slot);
            }
        }
        slots.forEach((pair, some) -> differences.add(names.text(other.viewer()) + " sees "
                + Texts.ranges(SlotRanges.ofSlots(some.stream().mapToInt(slot -> slot)), 5) + " at "
                + pair.theirs().map(names::text).orElse("no node") + ", " + names.text(most.viewer()) + " at "
                + pair.ours().map(names::text).orElse("no node") + "."));
    }

    private static NodeId[] owners(Facts view) {
        NodeId[] owners = new NodeId[SlotRange.SLOTS];
        view.nodes().forEach((id, fact) -> fact.slots().stream().forEach(slot -> owners[slot] = id));
        return owners;
    }

    /** That the view that most share makes sense by itself. */
    private void isOneCluster(Facts most) {
        String viewer = names.text(most.viewer());
        Map<Long, NodeId> epochs = new HashMap<>();
        SlotRanges owned = SlotRanges.none();
        for (Map.Entry<NodeId, Fact> entry : most.nodes().entrySet()) {
            String node = names.text(entry.getKey());
            Fact fact = entry.getValue();
            SlotRanges twice = owned.intersect(fact.slots());
            owned = owned.plus(fact.slots());
            if (!twice.isEmpty()) {
                differences.add(
                        viewer + " sees two owners of " + Texts.ranges(twice, 5) + ", one of them " + node + ".");
            }
            if (fact.role() == Role.REPLICA) {
                isReplicaOfAMaster(viewer, node, fact, most);
            } else if (fact.ownerEpoch() != 0) {
                NodeId same = epochs.putIfAbsent(fact.ownerEpoch(), entry.getKey());
                if (same != null) {
                    differences.add(names.text(same) + " and " + node + " both own slots with config epoch "
                            + fact.ownerEpoch() + ".");
                }
            }
        }
    }

    private void isReplicaOfAMaster(String viewer, String node, Fact fact, Facts most) {
        Fact master = fact.master().map(most.nodes()::get).orElse(null);
        if (master == null || master.role() != Role.MASTER) {
            differences.add(viewer + " sees " + node + " as " + role(fact) + ", which is not a master it knows.");
        }
        if (!fact.slots().isEmpty()) {
            differences.add(
                    viewer + " sees " + node + " as a replica that owns " + Texts.ranges(fact.slots(), 5) + ".");
        }
    }

    private Cluster cluster(Facts agreed) {
        Map<NodeId, List<Member>> replicas = new HashMap<>();
        agreed.nodes().forEach((id, fact) -> fact.master()
                .ifPresent(master ->
                        replicas.computeIfAbsent(master, m -> new ArrayList<>()).add(names.of(id))));
        return new Cluster(agreed.nodes().entrySet().stream()
                .filter(entry -> entry.getValue().role() == Role.MASTER)
                .map(entry -> new Shard(
                        names.of(entry.getKey()),
                        replicas.getOrDefault(entry.getKey(), List.of()).stream()
                                .sorted(Comparator.comparing(Member::id))
                                .toList(),
                        entry.getValue().slots()))
                .toList());
    }

    /** Sentences up to a limit; those beyond are counted. */
    private static final class Differences {
        private final List<String> sentences = new ArrayList<>();
        private int more;

        void add(String sentence) {
            if (sentences.size() < ClusterViews.MAX_DIFFERENCES) {
                sentences.add(sentence);
            } else {
                more++;
            }
        }

        boolean isEmpty() {
            return sentences.isEmpty();
        }

        List<String> list() {
            List<String> all = new ArrayList<>(sentences);
            if (more > 0) {
                all.add("And " + more + " more.");
            }
            return all;
        }
    }
}
