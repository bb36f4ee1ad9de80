package io.slotferry.activities.inspect;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Finds the slots that masters hold open, and asks every master for their keys. */
final class OpenSlotSurvey {
    /** More keys of a slot than these are not listed. */
    static final int MOST_KEYS = 10_000;

    private static final int SLOTS_AT_ONCE = 64;

    private final ClusterReader reader;
    private final Survey survey;

    OpenSlotSurvey(ClusterReader reader, Survey survey) {
        this.reader = reader;
        this.survey = survey;
    }

    /** Open slots, ascending. */
    List<OpenSlot> slots() {
        List<Integer> slots = open();
        if (slots.isEmpty()) {
            return List.of();
        }
        Map<Integer, Map<NodeId, Map<Integer, List<byte[]>>>> keys =
                new SlotKeys(reader, survey).of(slots, SLOTS_AT_ONCE, MOST_KEYS);
        return slots.stream()
                .map(slot -> new OpenSlot(
                        slot,
                        survey.masters().stream()
                                .filter(view -> view.self().slots().contains(slot))
                                .map(NodeView::viewer)
                                .collect(Collectors.toSet()),
                        by(slot, NodeView::migrating),
                        by(slot, NodeView::importing),
                        keys.getOrDefault(slot, Map.of())))
                .toList();
    }

    /** Those of masters: Valkey's replicas repeat what their masters hold open. */
    private List<Integer> open() {
        return SlotRanges.union(survey.masters().stream().map(NodeView::openSlots)).stream()
                .boxed()
                .toList();
    }

    private Map<NodeId, NodeId> by(int slot, java.util.function.Function<NodeView, Map<Integer, NodeId>> open) {
        Map<NodeId, NodeId> found = new TreeMap<>();
        survey.masters().forEach(view -> Optional.ofNullable(open.apply(view).get(slot))
                .ifPresent(peer -> found.put(view.viewer(), peer)));
        return found;
    }

    /** A key that two nodes have, and whether their copies are the same byte for byte. */
    record TwoCopies(int slot, int database, String key, List<NodeId> nodes, boolean same) {}

    /** Keys of this slot that more than one master has, the first of them. */
    List<TwoCopies> copies(OpenSlot slot, int most) {
        Map<Integer, Map<String, List<NodeId>>> holders = new TreeMap<>();
        slot.keys()
                .forEach((node, byDatabase) -> byDatabase.forEach((database, keys) -> {
                    Map<String, List<NodeId>> inDatabase =
                            holders.computeIfAbsent(database, d -> new LinkedHashMap<>());
                    keys.forEach(key -> inDatabase
                            .computeIfAbsent(new String(key, StandardCharsets.ISO_8859_1), k -> new ArrayList<>())
                            .add(node));
                }));
        List<TwoCopies> copies = new ArrayList<>();
        holders.forEach((database, byKey) -> byKey.forEach((key, nodes) -> {
            byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
            if (nodes.size() > 1 && copies.size() < most) {
                copies.add(new TwoCopies(
                        slot.slot(), database, Printed.key(bytes), nodes, same(slot, database, bytes, nodes)));
            }
        }));
        return copies;
    }

    private boolean same(OpenSlot slot, int database, byte[] key, List<NodeId> nodes) {
        List<Optional<byte[]>> dumps = nodes.stream()
                .map(id -> reader
                        .ask(
                                List.of(survey.addresses().get(id)),
                                node -> node.dump(
                                        database, key, slot.importing().containsKey(id)))
                        .answers()
                        .values()
                        .stream()
                        .findFirst()
                        .flatMap(dump -> dump))
                .toList();
        return dumps.stream()
                .allMatch(dump -> dump.isPresent()
                        && dumps.get(0).isPresent()
                        && Arrays.equals(dump.get(), dumps.get(0).get()));
    }

    /** The databases in which keys of slots can be: all that the servers have. */
    List<Integer> databases() {
        int most = survey.masters().stream()
                .map(view -> reader.ask(
                        List.of(survey.addresses().get(view.viewer())), node -> node.config("cluster-databases")))
                .flatMap(asked -> asked.answers().values().stream())
                .flatMap(Optional::stream)
                .mapToInt(Integer::parseInt)
                .max()
                .orElse(1);
        return IntStream.range(0, most).boxed().toList();
    }

    /** Whether a role is a master's, of a node that answered. */
    boolean isMaster(NodeId node) {
        return survey.answered(node) && survey.views().get(node).self().role() == Role.MASTER;
    }
}
