package io.slotferry.activities.inspect;

import io.slotferry.planning.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A slot that some node holds open, with all that is known of it.
 *
 * @param owners nodes that call it their own
 * @param migrating node to the one that it migrates to, as that node says
 * @param importing node to the one that it imports from, as that node says
 * @param keys node and database to the keys there, of masters that have any
 */
record OpenSlot(
        int slot,
        Set<NodeId> owners,
        Map<NodeId, NodeId> migrating,
        Map<NodeId, NodeId> importing,
        Map<NodeId, Map<Integer, List<byte[]>>> keys) {

    OpenSlot {
        owners = Set.copyOf(owners);
        migrating = new TreeMap<>(migrating);
        importing = new TreeMap<>(importing);
        keys = new TreeMap<>(keys);
    }

    /**
     * What slots have in common that are closed by the same commands.
     *
     * @param holders nodes that have keys of them, and are not their owners
     */
    record Situation(
            Optional<NodeId> owner,
            Set<NodeId> owners,
            Map<NodeId, NodeId> migrating,
            Map<NodeId, NodeId> importing,
            Set<NodeId> holders) {

        /** Every node that holds it open or has keys of it. */
        Set<NodeId> involved() {
            Set<NodeId> all = new TreeSet<>(owners);
            migrating.forEach((node, peer) -> all.addAll(List.of(node, peer)));
            all.addAll(importing.keySet());
            all.addAll(holders);
            return all;
        }

        /** The node that the owner gives it to. */
        Optional<NodeId> target() {
            return owner.map(migrating::get);
        }

        /** Whether the target imports it from the owner. */
        boolean isPair() {
            return target().filter(to -> owner.get().equals(importing.get(to))).isPresent();
        }

        /** Nodes that hold it open and are neither its owner nor the owner's target. */
        List<NodeId> strays() {
            Set<NodeId> strays = new TreeSet<>(importing.keySet());
            strays.addAll(migrating.keySet());
            owner.ifPresent(strays::remove);
            target().ifPresent(strays::remove);
            return new ArrayList<>(strays);
        }
    }

    Situation situation() {
        Set<NodeId> holders = new TreeSet<>(keys.keySet());
        holders.removeAll(owners);
        return new Situation(
                owners.size() == 1 ? Optional.of(owners.iterator().next()) : Optional.empty(),
                owners,
                migrating,
                importing,
                holders);
    }

    /** Keys on a node, over all databases. */
    long count(NodeId node) {
        return keys.getOrDefault(node, Map.of()).values().stream()
                .mapToLong(List::size)
                .sum();
    }
}
