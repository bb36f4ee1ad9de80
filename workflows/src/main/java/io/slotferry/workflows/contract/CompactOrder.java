package io.slotferry.workflows.contract;

import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch order as history holds it: each shard once, its members as {@code id@host:port}. Up to ten lanes stay under 4 KiB
 * so, and sixteen between shards that are all different under 6 KiB.
 */
record CompactOrder(
        ClusterAccess access,
        int number,
        int lanes,
        ExpandRequest.Pacing.Mode mode,
        List<List<String>> shards,
        List<Lane> moves) {

    /** A move between two of the shards, by their places in the list. */
    record Lane(int source, int target, SlotRanges slots) {}

    static CompactOrder of(BatchOrder order) {
        List<List<String>> shards = new ArrayList<>();
        List<Lane> moves = new ArrayList<>();
        for (Move move : order.moves()) {
            moves.add(new Lane(place(shards, move.source()), place(shards, move.target()), move.slots()));
        }
        return new CompactOrder(order.access(), order.number(), order.lanes(), order.mode(), shards, moves);
    }

    private static int place(List<List<String>> shards, List<Member> shard) {
        List<String> members = shard.stream()
                .map(member -> member.id() + "@" + member.address())
                .toList();
        if (!shards.contains(members)) {
            shards.add(members);
        }
        return shards.indexOf(members);
    }

    BatchOrder order() {
        List<List<Member>> read = shards.stream()
                .map(shard -> shard.stream().map(CompactOrder::member).toList())
                .toList();
        return new BatchOrder(
                access,
                number,
                lanes,
                mode,
                moves.stream()
                        .map(lane -> new Move(read.get(lane.source()), read.get(lane.target()), lane.slots()))
                        .toList());
    }

    private static Member member(String text) {
        int at = text.indexOf('@');
        return new Member(new NodeId(text.substring(0, at)), NodeAddress.parse(text.substring(at + 1)));
    }
}
