package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;

import io.slotferry.activities.redis.ChangingNode.SlotChange;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Slots that a node takes over in one transaction, with a word to the other nodes at the first and at the last alone. For a slot
 * that it has IMPORTING, {@code SETSLOT NODE} sends every node a PONG ({@code clusterBroadcastPong} in {@code clusterCommand}),
 * and each that hears it compares all slots that the sender claims: half of what nearly empty slots cost. The slots between are made
 * STABLE first, and are taken without. Nobody sees them so: a transaction is one step, also for what comes over the cluster bus.
 * The first sees to the node's config epoch, which must be above all that it has heard of, before any is taken without
 * IMPORTING; the last one's PONG carries all.
 */
final class QuietTaking {
    private static final Pattern TELLS_ALL_OF_EACH = Pattern.compile("([67]\\.\\d+|8\\.[0-3])(\\..*)?");

    /** The first and the last are taken in the usual way. */
    private static final int LOUD = 2;

    private final List<SlotChange> changes;

    QuietTaking(List<SlotChange> changes) {
        this.changes = changes;
    }

    /** Whether these changes are slots taken, and so many that some can be quiet. */
    static boolean suits(List<SlotChange> changes) {
        return changes.size() > LOUD && changes.stream().allMatch(SlotChange.Taking.class::isInstance);
    }

    /** Whether a server sends PONGs for each slot: Redis before 8.4 does, later ones and Valkey send one for many. */
    static boolean helps(Map<String, String> infoServer) {
        return !infoServer.containsKey("valkey_version")
                && TELLS_ALL_OF_EACH
                        .matcher(infoServer.getOrDefault("redis_version", ""))
                        .matches();
    }

    private boolean isQuiet(int place) {
        return place > 0 && place < changes.size() - 1;
    }

    List<CommandArguments> commands(Function<SlotChange, CommandArguments> setSlot) {
        List<CommandArguments> commands = new ArrayList<>();
        commands.add(command("MULTI"));
        for (int i = 0; i < changes.size(); i++) {
            SlotChange change = changes.get(i);
            if (isQuiet(i)) {
                commands.add(command("CLUSTER", "SETSLOT", change.slot(), "STABLE"));
            }
            commands.add(setSlot.apply(change));
        }
        commands.add(command("EXEC"));
        return commands;
    }

    /** One answer a change; none at all where the node did not take the transaction, and so did nothing of it. */
    Optional<List<Object>> answers(List<Object> raw) {
        if (!(raw.get(raw.size() - 1) instanceof List<?> results)) {
            return Optional.empty();
        }
        List<Object> answers = new ArrayList<>();
        Iterator<?> all = results.iterator();
        for (int i = 0; i < changes.size(); i++) {
            Object answer = all.next();
            if (isQuiet(i)) {
                Object taken = all.next();
                answer = answer instanceof JedisDataException ? answer : taken;
            }
            answers.add(answer);
        }
        return Optional.of(answers);
    }
}
