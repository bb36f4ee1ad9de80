package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The one-line texts that the Web UI shows beside activities and timers. */
final class Summaries {
    /** Half of what the server takes, so that no Markdown of the UI's own makes it too long. */
    private static final int MAX_BYTES = 200;

    private Summaries() {}

    /** {@code batch 17/41: 34 slots 10.0.0.1:7000 → 10.0.0.4:7000, …}. */
    static String batch(BatchOrder order, int batches) {
        return bounded("batch " + order.number() + "/" + batches + ": " + moves(order));
    }

    /** {@code batches 3 to 12 of 41: 340 slots 10.0.0.1:7000 → 10.0.0.4:7000, …}; of one batch as above. */
    static String batches(BatchChain chain, int batches) {
        return chain.size() == 1
                ? batch(chain.first(), batches)
                : bounded("batches " + chain.first().number() + " to "
                        + chain.last().number() + " of " + batches + ": "
                        + moves(chain.orders().stream().flatMap(order -> order.moves().stream())));
    }

    /** {@code return batch 3/41: 34 slots 10.0.0.4:7000 → 10.0.0.1:7000, …}. */
    static String returnBatch(BatchOrder order, int batches) {
        return bounded("return batch " + order.number() + "/" + batches + ": " + moves(order));
    }

    /** {@code finish open slots: 8 slots 10.0.0.1:7000 → 10.0.0.4:7000, …}. */
    static String settling(BatchOrder order) {
        return bounded("finish open slots: " + moves(order));
    }

    private static String moves(BatchOrder order) {
        return moves(order.moves().stream());
    }

    /** Slots by the masters as the plan saw them, however many batches they are spread over. */
    private static String moves(Stream<Move> moves) {
        Map<String, Integer> slots = new LinkedHashMap<>();
        moves.forEach(move -> slots.merge(
                move.source().get(0).address() + " → " + move.target().get(0).address(),
                move.slots().size(),
                Integer::sum));
        return slots.entrySet().stream()
                .map(lane -> lane.getValue() + " slots " + lane.getKey())
                .collect(Collectors.joining(", "));
    }

    /** The text itself, or as much of its beginning as fits with an ellipsis behind it. */
    static String bounded(String text) {
        if (bytes(text) <= MAX_BYTES) {
            return text;
        }
        StringBuilder kept = new StringBuilder();
        int room = MAX_BYTES - bytes("…");
        for (int at = 0; at < text.length(); ) {
            String next = Character.toString(text.codePointAt(at));
            room -= bytes(next);
            if (room < 0) {
                break;
            }
            kept.append(next);
            at += next.length();
        }
        return kept.append("…").toString();
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
