package io.slotferry.activities.inspect;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.planning.KnownNode;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Slots that no node calls its own, and slots that two do. */
final class CoverageFinder {
    private static final int SLOTS_AT_ONCE = 1_000;

    private final ClusterReader reader;
    private final Survey survey;
    private final Shell shell;

    CoverageFinder(ClusterReader reader, Survey survey, Shell shell) {
        this.reader = reader;
        this.survey = survey;
        this.shell = shell;
    }

    List<Finding> find() {
        List<Finding> findings = new ArrayList<>();
        SlotRanges unowned = SlotRanges.all().minus(survey.owned());
        Map<NodeId, SlotRanges> elsewhere = ownersInOtherViews(unowned);
        SlotRanges orphaned = unowned.minus(SlotRanges.union(elsewhere.values().stream()));
        elsewhere.forEach((owner, slots) -> {
            // Of a node that does not answer, the finding on that node tells.
            if (survey.answered(owner)) {
                findings.add(disowned(owner, slots));
            }
        });
        if (!orphaned.isEmpty()) {
            findings.addAll(withoutOwner(orphaned));
        }
        twoOwners().ifPresent(findings::add);
        return findings;
    }

    /** Where others see slots that nobody calls his own. */
    private Map<NodeId, SlotRanges> ownersInOtherViews(SlotRanges unowned) {
        Map<NodeId, SlotRanges> owners = new LinkedHashMap<>();
        survey.nodes().forEach(view -> view.nodes().forEach(node -> {
            SlotRanges slots = node.slots().intersect(unowned);
            if (!slots.isEmpty()) {
                owners.merge(node.id(), slots, SlotRanges::plus);
            }
        }));
        return owners;
    }

    /** A node that others see as the owner of slots, and that itself does not: it dropped them. */
    private Finding disowned(NodeId owner, SlotRanges slots) {
        boolean seesAnother = survey.views().get(owner).nodes().stream()
                .map(KnownNode::slots)
                .anyMatch(seen -> !seen.intersect(slots).isEmpty());
        boolean isMaster =
                survey.masters().stream().anyMatch(view -> view.viewer().equals(owner));
        Finding finding = Finding.of(
                FindingKind.SLOTS_DISOWNED,
                survey.name(owner) + " does not own " + Printed.slots(slots) + ", as others think",
                List.of("It calls " + (slots.size() == 1 ? "it" : "them") + " not its own, and sends clients away."),
                "It was told to drop them (CLUSTER DELSLOTS), or came back with another nodes.conf, or has just changed its"
                        + " role. Others send clients to it.",
                seesAnother || !isMaster
                        ? "Wait until gossip has settled who owns them, then run slotferry inspect again."
                        : "Their keys, as far as there are any, are on it. Let it take them again.");
        return seesAnother || !isMaster
                ? finding
                : finding.mendedBy(shell.command(owner, "cluster", "addslots", Shell.slots(slots)));
    }

    private List<Finding> withoutOwner(SlotRanges orphaned) {
        Map<Integer, Map<NodeId, Map<Integer, List<byte[]>>>> keys =
                new SlotKeys(reader, survey).of(orphaned.stream().boxed().toList(), SLOTS_AT_ONCE, 1);
        Map<Set<NodeId>, List<Integer>> byHolders = new LinkedHashMap<>();
        orphaned.stream().forEach(slot -> byHolders
                .computeIfAbsent(keys.getOrDefault(slot, Map.of()).keySet(), h -> new ArrayList<>())
                .add(slot));
        List<Finding> findings = new ArrayList<>();
        byHolders.forEach((nodes, slots) -> findings.add(
                withoutOwner(nodes, SlotRanges.ofSlots(slots.stream().mapToInt(slot -> slot)))));
        return findings;
    }

    private Finding withoutOwner(Set<NodeId> holders, SlotRanges slots) {
        String title = Printed.capital(Printed.slots(slots)) + (slots.size() == 1 ? " has" : " have") + " no owner";
        List<String> seen = new ArrayList<>();
        seen.add("No node that answers calls " + (slots.size() == 1 ? "it" : "them")
                + " its own, and none sees an owner.");
        seen.add(holders.isEmpty() ? "No master has keys of them." : survey.names(holders) + " has keys of them.");
        String means =
                "Clients get CLUSTERDOWN for them, and for all slots where cluster-require-full-coverage is yes.";
        if (holders.size() > 1) {
            return Finding.of(
                    FindingKind.SLOTS_WITHOUT_OWNER,
                    title,
                    seen,
                    means
                            + " Two nodes have keys of them, and which are right cannot be seen, so that no command is safe.",
                    "Find out which of the nodes owned them last (their logs, their nodes.conf). It may take them by CLUSTER"
                            + " ADDSLOTS, once the keys of the other are saved: a node deletes keys of a slot that it loses.");
        }
        if (!survey.absent().isEmpty()) {
            return Finding.of(
                    FindingKind.SLOTS_WITHOUT_OWNER,
                    title,
                    seen,
                    means + " " + survey.names(survey.absent())
                            + " does not answer and may hold their keys: once another"
                            + " node owns them, it would delete its keys when it comes back. No command is safe yet.",
                    "Find out whether that node owned them, and bring it back.");
        }
        NodeId taker = holders.stream().findFirst().orElseGet(this::leastLaden);
        return Finding.of(
                        FindingKind.SLOTS_WITHOUT_OWNER,
                        title,
                        seen,
                        means + " Somebody dropped them (CLUSTER DELSLOTS), or had their owner forgotten.",
                        holders.isEmpty()
                                ? "Find out whether a master that owned them was taken out of the cluster, and may come back with"
                                        + " their keys. Only if not, give them to a node; they begin empty."
                                : "The node that has their keys takes them.")
                .mendedBy(shell.command(taker, "cluster", "addslots", Shell.slots(slots)));
    }

    private NodeId leastLaden() {
        return survey.masters().stream()
                .filter(view -> !view.self().slots().isEmpty())
                .min(Comparator.comparing(view -> view.self().slots().size()))
                .or(() -> survey.masters().stream().findFirst())
                .map(NodeView::viewer)
                .orElseThrow();
    }

    private Optional<Finding> twoOwners() {
        List<String> seen = new ArrayList<>();
        SlotRanges twice = SlotRanges.none();
        NodeId[] owners = new NodeId[SlotRange.SLOTS];
        for (NodeView view : survey.masters()) {
            SlotRanges both = SlotRanges.ofSlots(view.self().slots().stream().filter(slot -> owners[slot] != null));
            if (!both.isEmpty()) {
                seen.add(survey.name(view.viewer()) + " and "
                        + survey.name(owners[both.ranges().get(0).from()]) + " both own " + Printed.slots(both) + ".");
                twice = twice.plus(both);
            }
            view.self().slots().stream().forEach(slot -> owners[slot] = view.viewer());
        }
        return twice.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.of(
                        FindingKind.SLOTS_WITH_TWO_OWNERS,
                        Printed.capital(Printed.slots(twice)) + (twice.size() == 1 ? " has" : " have") + " two owners",
                        seen,
                        "They do not hear each other, or have the same config epoch for the moment. The one with the higher"
                                + " epoch wins, and the other deletes its keys of them: no command is safe.",
                        "See that every node reaches every other on its cluster bus port, wait ten seconds, and run slotferry"
                                + " inspect again."));
    }
}
