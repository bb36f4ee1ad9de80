package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.AtOnce;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells masters that are no end of a lane who owns its slots now, beside the lanes, which go on: what comes in while nodes are
 * told goes to each in one piece. A master that refuses or does not answer learns it from gossip. Safe for use by several
 * threads.
 */
final class Broadcast {
    private static final Logger log = LoggerFactory.getLogger(Broadcast.class);

    private final ChangeSession session;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread telling = new Thread(task, "slotferry-broadcast");
        telling.setDaemon(true);
        return telling;
    });
    private final Map<NodeAddress, List<SlotChange>> waiting = new LinkedHashMap<>();
    private final Queue<Future<?>> sent = new ConcurrentLinkedQueue<>();

    Broadcast(ChangeSession session) {
        this.session = session;
    }

    /** Has every fenced node told, soon, but for the target and, of the slots of each lane, its source: they know. */
    void tell(Member target, List<LanePart> parts) {
        if (parts.isEmpty()) {
            return;
        }
        synchronized (waiting) {
            for (NodeAddress address : session.addresses()) {
                List<SlotChange> changes = address.equals(target.address()) ? List.of() : newTo(address, target, parts);
                if (!changes.isEmpty()) {
                    waiting.computeIfAbsent(address, any -> new ArrayList<>()).addAll(changes);
                }
            }
        }
        sent.add(thread.submit(this::send));
    }

    private static List<SlotChange> newTo(NodeAddress address, Member target, List<LanePart> parts) {
        return parts.stream()
                .filter(part -> !address.equals(part.lane().source().address()))
                .flatMap(part -> part.told().stream())
                .map(slot -> (SlotChange) new SlotChange.Owner(slot, target.id()))
                .toList();
    }

    /**
     * Everybody has been told, or will not be.
     *
     * @return what kept this attempt from telling them: it may change nothing any more
     */
    List<RuntimeException> end() {
        thread.shutdown();
        return sent.stream().flatMap(telling -> Lanes.failure(telling).stream()).toList();
    }

    private void send() {
        Map<NodeAddress, List<SlotChange>> changes;
        synchronized (waiting) {
            changes = new LinkedHashMap<>(waiting);
            waiting.clear();
        }
        AtOnce.each(changes.entrySet(), node -> tell(session.at(node.getKey()), node.getValue()));
    }

    private static void tell(ChangingNode node, List<SlotChange> changes) {
        try {
            for (Answer<Void> answer : node.setSlots(changes)) {
                if (answer instanceof Answer.Refused<Void> refused) {
                    log.info("{} leaves it to gossip: {}", node.address(), refused.reply());
                }
            }
        } catch (NodeFailure.Unreachable e) {
            log.warn("it is left to gossip: {}", e.getMessage());
        }
    }
}
