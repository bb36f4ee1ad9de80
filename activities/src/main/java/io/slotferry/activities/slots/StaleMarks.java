package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.ClusterReader.Agreed;
import io.slotferry.activities.redis.Answer;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.redis.Node;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Slots that a replica holds open though its master does not. Valkey tells replicas of open slots by the replication stream
 * alone, and they keep them over a restart: one that was away when its slot was taken holds it open for ever (seen on 9.1),
 * until its master is told once more who owns the slot.
 *
 * @param slots of which slots to speak; others are not this batch's
 */
record StaleMarks(Agreed cluster, SlotRanges slots) {
    private static final Logger log = LoggerFactory.getLogger(StaleMarks.class);

    /** Has them closed where the replica is linked, so that it hears of it. */
    void clear(ClusterReader reader, ChangeSession session) {
        for (Shard shard : cluster.cluster().shards()) {
            SlotRanges own = view(shard.master()).map(NodeView::openSlots).orElse(SlotRanges.none());
            for (Member replica : shard.replicas()) {
                SlotRanges stale = view(replica)
                        .map(NodeView::openSlots)
                        .orElse(SlotRanges.none())
                        .intersect(slots)
                        .minus(own);
                if (!stale.isEmpty() && hears(reader, replica)) {
                    log.info(
                            "{} holds {} open, which nobody moves: its master says again whose they are",
                            replica,
                            stale);
                    tellOwners(session.at(shard.master().address()), stale);
                }
            }
        }
    }

    private void tellOwners(ChangingNode master, SlotRanges stale) {
        for (Answer<Void> answer :
                master.setSlots(stale.stream().boxed().map(this::owner).toList())) {
            if (answer instanceof Answer.Refused<Void> refused) {
                log.warn(
                        "{} does not say whose a slot of {} is, which its replica holds open: {}",
                        master.address(),
                        stale,
                        refused.reply());
            }
        }
    }

    private Optional<NodeView> view(Member node) {
        return cluster.views().stream()
                .filter(view -> view.viewer().equals(node.id()))
                .findFirst();
    }

    /** Elsewhere no replica hears of it, and what one holds open is what it opened as a master. */
    private static boolean hears(ClusterReader reader, Member replica) {
        return reader.ask(List.of(replica.address()), Node::info).answers().values().stream()
                .anyMatch(info ->
                        info.engine().equals("valkey") && info.replication().inSync());
    }

    private SlotChange owner(int slot) {
        return cluster.cluster().shards().stream()
                .filter(shard -> shard.slots().contains(slot))
                .findFirst()
                .map(shard -> new SlotChange.Owner(slot, shard.master().id()))
                .orElseThrow();
    }
}
