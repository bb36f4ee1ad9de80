package io.slotferry.activities.inspect;

import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Asks every master for its keys of slots, in all of its databases. */
record SlotKeys(ClusterReader reader, Survey survey) {
    /**
     * The keys by slot, master and database; what holds none is absent.
     *
     * @param slotsAtOnce how many slots a question is about
     * @param most of a slot's keys in a database
     */
    Map<Integer, Map<NodeId, Map<Integer, List<byte[]>>>> of(List<Integer> slots, int slotsAtOnce, int most) {
        Map<Integer, Map<NodeId, Map<Integer, List<byte[]>>>> keys = new HashMap<>();
        survey.masters().forEach(view -> {
            NodeId id = view.viewer();
            Collection<Integer> databases = survey.infos().get(id).keys().keySet();
            reader.ask(List.of(survey.addresses().get(id)), node -> listed(node, databases, slots, slotsAtOnce, most))
                    .answers()
                    .values()
                    .forEach(bySlot ->
                            bySlot.forEach((slot, byDatabase) -> keys.computeIfAbsent(slot, s -> new LinkedHashMap<>())
                                    .put(id, byDatabase)));
        });
        return keys;
    }

    private static Map<Integer, Map<Integer, List<byte[]>>> listed(
            Node node, Collection<Integer> databases, List<Integer> slots, int slotsAtOnce, int most) {
        Map<Integer, Map<Integer, List<byte[]>>> found = new HashMap<>();
        for (int database : databases) {
            for (int from = 0; from < slots.size(); from += slotsAtOnce) {
                List<Integer> some = slots.subList(from, Math.min(slots.size(), from + slotsAtOnce));
                List<List<byte[]>> keys = node.keysInSlots(database, some, most);
                IntStream.range(0, some.size())
                        .filter(i -> !keys.get(i).isEmpty())
                        .forEach(i -> found.computeIfAbsent(some.get(i), s -> new HashMap<>())
                                .put(database, keys.get(i)));
            }
        }
        return found;
    }
}
