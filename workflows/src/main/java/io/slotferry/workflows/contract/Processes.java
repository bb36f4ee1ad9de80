package io.slotferry.workflows.contract;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.slotferry.planning.NodeId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What is known of the processes behind the nodes at the ends of lanes. It goes from attempt to attempt with heartbeats, and
 * from batch to batch and over an operator's retries with outcomes and failures: a process that restarted passes every check
 * of its slots, although it may have lost its keys.
 *
 * <p>As JSON an object of node ID to {@code "run_id keys state"}.
 */
public record Processes(Map<NodeId, Known> byNode) {
    private static final int RUN_ID_DIGITS = 12;

    public Processes {
        byNode = Map.copyOf(byNode);
    }

    /** What was last seen of a node that this run worked on. */
    public enum State {
        /** Nothing of this run was open on it. */
        IDLE,
        /** Slots of this run may be open on it. */
        OPEN,
        /** It came back without its data: {@code runId} is the process that did, {@code keys} are those of the one before. */
        EMPTIED
    }

    /**
     * One process.
     *
     * @param runId the first digits of its run_id (INFO server), enough to tell that a node restarted
     * @param keys it had at last, in all databases
     */
    public record Known(String runId, long keys, State state) {
        public Known {
            runId = runId.substring(0, Math.min(runId.length(), RUN_ID_DIGITS));
        }

        /** Whether this is the process of that run_id. */
        public boolean is(String otherRunId) {
            return !runId.isEmpty() && otherRunId.startsWith(runId);
        }

        @Override
        public String toString() {
            return runId + " " + keys + " " + state;
        }

        static Known parse(String text) {
            String[] parts = text.split(" ", -1);
            return new Known(parts[0], Long.parseLong(parts[1]), State.valueOf(parts[2]));
        }
    }

    /** Nothing is known yet. */
    public static Processes none() {
        return new Processes(Map.of());
    }

    public Optional<Known> of(NodeId node) {
        return Optional.ofNullable(byNode.get(node));
    }

    /** The same, with what was learnt since. */
    public Processes plus(Processes newer) {
        Map<NodeId, Known> all = new HashMap<>(byNode);
        all.putAll(newer.byNode);
        return new Processes(all);
    }

    /** What is known of these nodes alone. */
    public Processes among(Collection<NodeId> nodes) {
        Map<NodeId, Known> some = new HashMap<>(byNode);
        some.keySet().retainAll(nodes);
        return new Processes(some);
    }

    @JsonValue
    Map<String, String> texts() {
        Map<String, String> texts = new TreeMap<>();
        byNode.forEach((node, known) -> texts.put(node.value(), known.toString()));
        return texts;
    }

    /** Reads what {@link #texts} wrote. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Processes read(Map<String, String> texts) {
        Map<NodeId, Known> byNode = new HashMap<>();
        texts.forEach((node, text) -> byNode.put(new NodeId(node), Known.parse(text)));
        return new Processes(byNode);
    }
}
