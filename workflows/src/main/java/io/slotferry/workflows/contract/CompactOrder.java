package io.slotferry.workflows.contract;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A batch order as history holds it: each shard once, its members as {@code id@host:port}, and what is known of a member by
 * its place ({@code shard.member}). Eight lanes between shards that are all different stay under 4 KiB so.
 *
 * @param way left out for {@link Way#THERE}
 * @param known left out where nothing is known
 * @param largestKey in bytes; left out where it is the usual limit, which orders of earlier releases have
 * @param terms left out for {@link BatchOrder.Terms#USUAL}
 * @param migration left out for {@link Migration#KEYS}, which orders of earlier releases are
 * @param adaptive left out where the mode is another one
 */
record CompactOrder(
        ClusterAccess access,
        int number,
        int lanes,
        ExpandRequest.Pacing.Mode mode,
        List<List<String>> shards,
        List<Lane> moves,
        Optional<Way> way,
        Optional<Map<String, String>> known,
        Optional<Long> largestKey,
        Optional<BatchOrder.Terms> terms,
        Optional<Migration> migration,
        Optional<BatchOrder.Adaptive> adaptive) {
    private static final ByteSize USUAL_LIMIT = ExpandRequest.BigKeyLimits.DEFAULT.hardLimit();

    /** A move between two of the shards, by their places in the list. */
    record Lane(int source, int target, SlotRanges slots) {}

    static CompactOrder of(BatchOrder order) {
        List<List<Member>> shards = new ArrayList<>();
        List<Lane> moves = new ArrayList<>();
        for (Move move : order.moves()) {
            moves.add(new Lane(place(shards, move.source()), place(shards, move.target()), move.slots()));
        }
        Map<String, String> known = known(order.known(), shards);
        return new CompactOrder(
                order.access(),
                order.number(),
                order.lanes(),
                order.mode(),
                shards.stream()
                        .map(shard -> shard.stream()
                                .map(member -> member.id() + "@" + member.address())
                                .toList())
                        .toList(),
                moves,
                Optional.of(order.way()).filter(way -> way != Way.THERE),
                Optional.of(known).filter(some -> !some.isEmpty()),
                Optional.of(order.largestKey())
                        .filter(limit -> !limit.equals(USUAL_LIMIT))
                        .map(ByteSize::bytes),
                Optional.of(order.terms()).filter(terms -> !terms.equals(BatchOrder.Terms.USUAL)),
                Optional.of(order.migration()).filter(migration -> migration != Migration.KEYS),
                order.adaptive());
    }

    private static int place(List<List<Member>> shards, List<Member> shard) {
        if (!shards.contains(shard)) {
            shards.add(shard);
        }
        return shards.indexOf(shard);
    }

    private static Map<String, String> known(Processes processes, List<List<Member>> shards) {
        Map<String, String> known = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            for (int j = 0; j < shards.get(i).size(); j++) {
                String place = i + "." + j;
                processes
                        .of(shards.get(i).get(j).id())
                        .ifPresent(process -> known.putIfAbsent(place, process.toString()));
            }
        }
        return known;
    }

    BatchOrder order() {
        List<List<Member>> read = shards.stream()
                .map(shard -> shard.stream().map(CompactOrder::member).toList())
                .toList();
        Map<NodeId, Processes.Known> processes = new HashMap<>();
        known.orElse(Map.of()).forEach((place, text) -> {
            int dot = place.indexOf('.');
            Member member =
                    read.get(Integer.parseInt(place.substring(0, dot))).get(Integer.parseInt(place.substring(dot + 1)));
            processes.put(member.id(), Processes.Known.parse(text));
        });
        return new BatchOrder(
                access,
                number,
                lanes,
                mode,
                moves.stream()
                        .map(lane -> new Move(read.get(lane.source()), read.get(lane.target()), lane.slots()))
                        .toList(),
                way.orElse(Way.THERE),
                new Processes(processes),
                largestKey.map(ByteSize::new).orElse(USUAL_LIMIT),
                terms.orElse(BatchOrder.Terms.USUAL),
                migration.orElse(Migration.KEYS),
                adaptive == null ? Optional.empty() : adaptive);
    }

    private static Member member(String text) {
        int at = text.indexOf('@');
        return new Member(new NodeId(text.substring(0, at)), NodeAddress.parse(text.substring(at + 1)));
    }
}
