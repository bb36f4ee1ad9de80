package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Consecutive batches of the plan, alike but for their numbers and moves, that one activity moves one after the other as long
 * as nothing speaks against it. Between two activities lies as much time as a small batch takes; without a pause that is
 * most of what a run would take.
 */
public record BatchChain(List<BatchOrder> orders) {
    /**
     * No batch of a chain but its first begins later than that. What an operator says is heard between activities: it is what
     * a pause, in pacing FAST, has to wait for besides the batch in hand, and so much longer than the time between two
     * activities (some 0.1 s) that this is next to nothing of it.
     */
    public static final Duration LONGEST = Duration.ofSeconds(3);

    private static final int MOST_BATCHES = 100;

    /** What history holds of one chain, but for a first batch that is larger by itself. */
    private static final int MOST_BYTES = 16 * 1024;

    private static final int BYTES_OF_MEMBER = 100;
    private static final int BYTES_OF_MOVE = 40;

    public BatchChain {
        orders = List.copyOf(orders);
        if (orders.isEmpty()) {
            throw new IllegalArgumentException("a chain has one batch at least");
        }
    }

    /** As many of these, from the first on, as stay small in history. */
    public static BatchChain of(Stream<BatchOrder> batches) {
        List<BatchOrder> orders = new ArrayList<>();
        Set<List<Member>> shards = new HashSet<>();
        int bytes = 0;
        for (BatchOrder order : (Iterable<BatchOrder>) batches.limit(MOST_BATCHES)::iterator) {
            for (Move move : order.moves()) {
                bytes += BYTES_OF_MOVE + move.slots().toString().length();
                bytes += shards.add(move.source())
                        ? BYTES_OF_MEMBER * move.source().size()
                        : 0;
                bytes += shards.add(move.target())
                        ? BYTES_OF_MEMBER * move.target().size()
                        : 0;
            }
            if (!orders.isEmpty() && bytes > MOST_BYTES) {
                break;
            }
            orders.add(order);
        }
        return new BatchChain(orders);
    }

    public BatchOrder first() {
        return orders.get(0);
    }

    public BatchOrder last() {
        return orders.get(orders.size() - 1);
    }

    public int size() {
        return orders.size();
    }

    /** The same, with what is known of the processes at the ends of its batches. */
    public BatchChain knowing(Processes processes) {
        return new BatchChain(
                orders.stream().map(order -> order.knowing(processes)).toList());
    }

    /**
     * As history holds it: each shard and each process once.
     *
     * @param all the moves of all batches, as if they were one
     * @param moves how many of them are each batch's
     */
    record Compact(BatchOrder all, List<Integer> moves) {}

    @JsonValue
    Compact compact() {
        Processes known = orders.stream().map(BatchOrder::known).reduce(Processes.none(), Processes::plus);
        List<Move> moves =
                orders.stream().flatMap(order -> order.moves().stream()).toList();
        return new Compact(
                first().holding(first().number(), moves).knowing(known),
                orders.stream().map(order -> order.moves().size()).toList());
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static BatchChain of(Compact compact) {
        BatchOrder all = compact.all();
        List<BatchOrder> orders = new ArrayList<>();
        int from = 0;
        for (int moves : compact.moves()) {
            List<Move> own = all.moves().subList(from, from + moves);
            orders.add(all.holding(all.number() + orders.size(), own).knowing(all.known()));
            from += moves;
        }
        return new BatchChain(orders);
    }
}
