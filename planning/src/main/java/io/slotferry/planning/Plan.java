package io.slotferry.planning;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an expansion will do, and all that undoing it needs: pure data, made once, pinned by the workflow's history.
 *
 * @param fingerprint binds the request and the cluster: 64 hexadecimal digits of SHA-256; approval names it
 * @param shards every shard of the cluster in the order of its master's ID, then those of the new masters
 * @param batches in the order in which they move; at most {@value #MAX_BATCHES}
 * @param kept slots that stay with their owners, since a key of theirs is too big to be moved
 * @param evenness what a plan by weight comes to; empty where slots are counted
 */
public record Plan(
        String fingerprint,
        List<PlannedShard> shards,
        List<Batch> batches,
        List<Attachment> attachments,
        AttachOrder attachOrder,
        Estimate estimate,
        SlotRanges kept,
        Optional<Evenness> evenness) {

    /** More would let history outgrow what a workflow may hold without continuing as new. */
    public static final int MAX_BATCHES = 1_000;

    /** Keeps the payload of a batch small, whatever the number of masters. */
    public static final int MAX_LANES_PER_BATCH = 8;

    /** A plan by which any slot may move, and all count the same. */
    public Plan(
            String fingerprint,
            List<PlannedShard> shards,
            List<Batch> batches,
            List<Attachment> attachments,
            AttachOrder attachOrder,
            Estimate estimate) {
        this(fingerprint, shards, batches, attachments, attachOrder, estimate, SlotRanges.none(), Optional.empty());
    }

    public Plan {
        // Absent in plans that were written before there were any.
        kept = kept == null ? SlotRanges.none() : kept;
        evenness = evenness == null ? Optional.empty() : evenness;
        shards = List.copyOf(shards);
        batches = List.copyOf(batches);
        attachments = List.copyOf(attachments);
    }

    /** When new replicas are attached: before the slots move, or after. */
    public enum AttachOrder {
        BEFORE_RESHARD,
        AFTER_RESHARD
    }

    /** The same, signed. */
    Plan signed(String newFingerprint) {
        return new Plan(newFingerprint, shards, batches, attachments, attachOrder, estimate, kept, evenness);
    }

    /** The nodes that the plan adds: masters, then replicas. */
    public List<Member> newNodes() {
        return Stream.concat(newMasters().stream(), attachments.stream().map(Attachment::replica))
                .toList();
    }

    /** The masters that the plan adds. */
    public List<Member> newMasters() {
        return shards.stream()
                .filter(PlannedShard::added)
                .map(PlannedShard::master)
                .toList();
    }

    /** How many slots change their shard. */
    public int movedSlots() {
        return batches.stream().mapToInt(Batch::slots).sum();
    }
}
