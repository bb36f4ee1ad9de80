package io.slotferry.planning;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;

/**
 * Binds a plan to the request and the cluster that it was made for: an approval names it, and a change of any of them
 * gives another one. The same on every JVM and in every locale.
 */
public final class Fingerprint {
    private final StringBuilder text = new StringBuilder();

    private Fingerprint() {}

    /**
     * SHA-256, as 64 hexadecimal digits, over the request's text, the cluster (IDs, addresses, roles, owners of slots,
     * slots that stay), the nodes to be added (IDs, addresses, fixed masters) and the plan (shares, batches, attachments). The plan's estimate is
     * left out, since numbers of keys change all the time; so is the fingerprint that it carries.
     */
    public static String of(PlanOrder order, Plan plan) {
        return new Fingerprint().order(order).plan(plan).digest();
    }

    private Fingerprint order(PlanOrder order) {
        field("slotferry plan 1").field(order.request()).field(order.slotsPerBatch());
        field(order.cluster().shards().size());
        for (Shard shard : order.cluster().shards()) {
            member(shard.master()).field(shard.slots()).field(shard.replicas().size());
            shard.replicas().stream().sorted(Comparator.comparing(Member::id)).forEach(this::member);
        }
        field(order.newMasters().size());
        order.newMasters().forEach(this::member);
        field(order.newReplicas().size());
        order.newReplicas().forEach(replica -> member(replica.node())
                .field(replica.of().map(NodeAddress::toString).orElse("")));
        if (!order.kept().isEmpty()) {
            field("kept").field(order.kept());
        }
        return this;
    }

    private Fingerprint plan(Plan plan) {
        field(plan.attachOrder()).field(plan.shards().size());
        for (PlannedShard shard : plan.shards()) {
            member(shard.master())
                    .field(shard.before())
                    .field(shard.slotsAfter())
                    .field(shard.added());
        }
        field(plan.batches().size());
        for (Batch batch : plan.batches()) {
            field(batch.lanes().size());
            batch.lanes()
                    .forEach(lane -> field(lane.source()).field(lane.target()).field(lane.slots()));
        }
        field(plan.attachments().size());
        plan.attachments().forEach(attachment -> member(attachment.replica()).field(attachment.shard()));
        return this;
    }

    private Fingerprint member(Member member) {
        return field(member.id()).field(member.address());
    }

    /** Each field stands behind its length, so that no two lists of fields give the same text. */
    private Fingerprint field(Object value) {
        String field = value.toString();
        text.append(field.length()).append(':').append(field).append('\n');
        return this;
    }

    private String digest() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
