package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.UnifiedJedis;

/**
 * A key that one writer owns, and what it must hold: the last acknowledged content. After a write whose outcome is not
 * known it is never written again, and either content is right. Owned by one thread at a time.
 */
final class TrackedKey {
    private final Kind kind;
    private final String name;
    private Content acknowledged = Content.NONE;
    private Expiry expiry;
    private final List<Long> acknowledgedAt = new ArrayList<>();
    private Content uncertain;
    private Expiry uncertainExpiry;

    TrackedKey(Kind kind, String name) {
        this.kind = kind;
        this.name = name;
    }

    Kind kind() {
        return kind;
    }

    String name() {
        return name;
    }

    /** The first of its keys; all are of one slot. */
    String key() {
        return kind.keys(name).get(0);
    }

    Content acknowledged() {
        return acknowledged;
    }

    Acknowledged history() {
        return new Acknowledged(kind.setsWholeValue(), acknowledgedAt);
    }

    boolean isUncertain() {
        return uncertain != null;
    }

    /** What the next write builds on: nothing where the key has expired or may have by the time of the write. */
    Content current() {
        return expiry != null && !expiry.mustBeAhead(System.currentTimeMillis()) ? Content.NONE : acknowledged;
    }

    void wasAcknowledged(Write write, long sent, long answered) {
        acknowledged = write.after();
        acknowledgedAt.add(answered);
        expiry = expiryOf(write, sent, answered);
    }

    void isUncertainAfter(Write write, long sent, long answered) {
        uncertain = write.after();
        // What a server stalls on may run when it goes on, long after the client gave up.
        uncertainExpiry = expiryOf(write, sent, answered + 60_000);
    }

    private static Expiry expiryOf(Write write, long sent, long answered) {
        return write.ttlMillis() == Write.NO_TTL
                ? null
                : new Expiry(sent + write.ttlMillis(), answered + write.ttlMillis());
    }

    /** Reads it and compares: the finding, or nothing. Throws what the client throws. */
    Optional<Finding> check(UnifiedJedis client) {
        long before = System.currentTimeMillis();
        Content seen = kind.read(client, name);
        long after = System.currentTimeMillis();
        Optional<Finding> finding = compare(acknowledged, expiry, seen, before, after);
        if (finding.isPresent() && uncertain != null) {
            finding = compare(uncertain, uncertainExpiry, seen, before, after);
        }
        return finding;
    }

    private Optional<Finding> compare(Content expected, Expiry expires, Content seen, long before, long after) {
        if (expires != null && !expires.mustBeAhead(after) && seen.isNone()) {
            return Optional.empty();
        }
        if (expires != null && expires.mustHaveCome(before) && !seen.isNone()) {
            return Optional.of(finding(Fault.NOT_EXPIRED, expected, seen));
        }
        if (seen.equals(expected)) {
            return Optional.empty();
        }
        return Optional.of(finding(faultOf(expected, seen), expected, seen));
    }

    private static Fault faultOf(Content expected, Content seen) {
        if (seen.isNone()) {
            return Fault.LOST;
        }
        return expected.isNone() || seen.newestWrite() < expected.newestWrite() ? Fault.STALE : Fault.WRONG;
    }

    private Finding finding(Fault fault, Content expected, Content seen) {
        return Finding.ofKey(fault, key(), expected.toString(), seen.toString());
    }

    /** Compares the time to live of a key that expires, where it is still ahead. Throws what the client throws. */
    Optional<Finding> checkTtl(UnifiedJedis client) {
        if (kind == Kind.PAIR || uncertain != null || acknowledged.isNone()) {
            return Optional.empty();
        }
        long before = System.currentTimeMillis();
        long ttl = client.pttl(key());
        long after = System.currentTimeMillis();
        if (expiry == null) {
            return ttl == -1 ? Optional.empty() : ttlFinding("no expiry", ttl);
        }
        if (!expiry.mustBeAhead(after) || expiry.fits(ttl, before, after)) {
            return Optional.empty();
        }
        return ttlFinding("about " + (expiry.latest() - after) + " ms left", ttl);
    }

    private Optional<Finding> ttlFinding(String expected, long ttl) {
        return Optional.of(Finding.ofKey(Fault.WRONG_TTL, key(), expected, "PTTL " + ttl));
    }
}
