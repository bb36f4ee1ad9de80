package io.slotferry.sandbox.faults;

import io.slotferry.servers.LocalNode;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.Jedis;

/**
 * Does what the halt says that names a shard with two masters: the one without slots is emptied and made a replica of the
 * other. Redis leaves such a one where a master is failed over in the very moment in which it hands a slot over: it does not
 * lose its last slot to its successor, and so does not follow it.
 */
final class TwinMasters {
    private static final Pattern EMPTY = Pattern.compile("master (\\S+) \\([0-9a-f]+\\) owns no slot");
    private static final Pattern OWNER = Pattern.compile("master (\\S+) \\([0-9a-f]+\\) owns [0-9]");

    private final Function<String, LocalNode> nodes;
    private final Journal journal;

    TwinMasters(Function<String, LocalNode> nodes, Journal journal) {
        this.nodes = nodes;
        this.journal = journal;
    }

    /**
     * The two of a halt, by address.
     *
     * @param empty the one without slots
     */
    record Twins(String empty, String owner) {
        /** Empty where the halt is about something else. */
        static Optional<Twins> in(String halt) {
            Matcher empty = EMPTY.matcher(halt);
            Matcher owner = OWNER.matcher(halt);
            return empty.find() && owner.find()
                    ? Optional.of(new Twins(empty.group(1), owner.group(1)))
                    : Optional.empty();
        }
    }

    /** Does nothing where the halt is about something else. */
    void part(String halt) {
        Twins.in(halt).ifPresent(this::part);
    }

    private void part(Twins twins) {
        LocalNode empty = nodes.apply(twins.empty());
        journal.note(empty + " is emptied and made a replica of " + twins.owner() + ", as the halt says");
        try (Jedis jedis = Portrait.patient(empty)) {
            jedis.flushAll();
            jedis.clusterReplicate(nodes.apply(twins.owner()).nodeId());
        }
    }
}
