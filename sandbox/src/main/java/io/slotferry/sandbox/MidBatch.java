package io.slotferry.sandbox;

import io.grpc.StatusRuntimeException;
import io.slotferry.servers.LocalNode;
import io.temporal.client.WorkflowException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import redis.clients.jedis.Jedis;

/**
 * A moment at which a batch is half moved, as faults need it.
 *
 * @param batch in hand, from 1
 * @param slots that the receiving master had then
 */
public record MidBatch(int batch, int slots) {
    private static final long BETWEEN_LOOKS_MILLIS = 20;

    /**
     * Waits until a batch after this one is in hand and a slot of it has just arrived.
     *
     * @param receiver a new master
     * @param over whether waiting is in vain by now
     * @return empty where it is over before
     */
    public static Optional<MidBatch> await(
            TemporalLink link, String workflowId, LocalNode receiver, int afterBatch, BooleanSupplier over) {
        while (!over.getAsBoolean()) {
            Optional<Integer> batch = history(link, workflowId)
                    .last()
                    .filter(last -> last.number() > afterBatch && last.outcome().isEmpty())
                    .map(BatchHistory.Movement::number);
            if (batch.isPresent()) {
                return arrival(receiver, over).map(slots -> new MidBatch(batch.get(), slots));
            }
            pause();
        }
        return Optional.empty();
    }

    private static Optional<Integer> arrival(LocalNode receiver, BooleanSupplier over) {
        try (Jedis node = receiver.jedis()) {
            int begin = slots(node);
            while (!over.getAsBoolean()) {
                int now = slots(node);
                if (now != begin) {
                    return Optional.of(now);
                }
            }
        }
        return Optional.empty();
    }

    /** Waits until this master has another number of slots; false where it is over before. */
    public static boolean awaitMovement(LocalNode receiver, int slots, BooleanSupplier over) {
        try (Jedis node = receiver.jedis()) {
            while (slots(node) == slots) {
                if (over.getAsBoolean()) {
                    return false;
                }
                pause();
            }
            return true;
        }
    }

    /** How many slots a node owns by its own word. */
    public static int slots(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return slots(jedis);
        }
    }

    /** The same on a connection to it. */
    public static int slots(Jedis node) {
        return node.clusterNodes()
                .lines()
                .map(line -> line.split(" ", -1))
                .filter(fields -> fields[2].contains("myself"))
                .flatMap(fields -> Arrays.stream(fields).skip(8))
                .filter(range -> !range.startsWith("["))
                .map(range -> range.split("-", 2))
                .mapToInt(ends -> Integer.parseInt(ends[ends.length - 1]) - Integer.parseInt(ends[0]) + 1)
                .sum();
    }

    /** Empty before the run is started. */
    private static BatchHistory history(TemporalLink link, String workflowId) {
        try {
            return BatchHistory.read(link.client(), workflowId);
        } catch (StatusRuntimeException | WorkflowException e) {
            return new BatchHistory(List.of());
        }
    }

    private static void pause() {
        try {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting for a batch", e);
        }
    }
}
