package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Reads back every acknowledged write through a cluster client and compares whole values and times to live; then looks
 * where every key lies: only on the owner of its slot, and each slot with one owner.
 */
public final class Audit {
    private static final int READERS = 4;

    private final Access access;
    private int kept = 100;
    private final List<TrackedKey> keys = new ArrayList<>();
    private final List<Dataset> datasets = new ArrayList<>();

    public Audit(Access access) {
        this.access = access;
    }

    /** Includes all that this traffic wrote; it must have been stopped. */
    public Audit traffic(Traffic stopped) {
        keys.addAll(stopped.keys());
        return this;
    }

    /** Includes every key of a dataset. */
    public Audit dataset(Dataset filled) {
        datasets.add(filled);
        return this;
    }

    /** Keeps so many findings instead of the first hundred. */
    public Audit keeping(int findings) {
        kept = findings;
        return this;
    }

    /**
     * Audits; the cluster must be at rest, since a key that moves meanwhile may be seen on both sides.
     *
     * @throws JedisException where a master does not answer
     */
    public AuditReport run() {
        long began = System.nanoTime();
        Findings findings = new Findings(kept);
        SlotOwners owners = SlotOwners.read(access);
        owners.findings().forEach(findings::add);
        readBack(findings);
        for (Dataset dataset : datasets) {
            dataset.check(access, findings);
        }
        List<Holding> masters = Masters.forEach(owners, master -> sweep(master, owners, findings));
        return new AuditReport(
                keys.size() + datasets.stream().mapToLong(Dataset::keys).sum(),
                keys.stream().filter(TrackedKey::isUncertain).count(),
                masters.stream().mapToLong(Holding::keys).sum(),
                findings.counts(),
                findings.first().stream()
                        .map(finding -> finding.ownedBy(owners))
                        .toList(),
                masters,
                Duration.ofNanos(System.nanoTime() - began));
    }

    private void readBack(Findings findings) {
        if (keys.isEmpty()) {
            return;
        }
        try (RedisClusterClient client = access.client()) {
            Masters.sideBySide(IntStream.range(0, READERS).boxed().toList(), reader -> {
                for (int i = reader; i < keys.size(); i += READERS) {
                    check(keys.get(i), client).ifPresent(findings::add);
                }
                return null;
            });
        }
    }

    private static Optional<Finding> check(TrackedKey key, RedisClusterClient client) {
        try {
            return key.check(client).or(() -> key.checkTtl(client));
        } catch (JedisException e) {
            return Optional.of(Finding.ofKey(
                    Fault.UNREADABLE, key.key(), key.acknowledged().toString(), e.getMessage()));
        }
    }

    private Holding sweep(HostAndPort master, SlotOwners owners, Findings findings) {
        long seen = 0;
        try (Jedis jedis = new Jedis(master, access.config())) {
            for (int database : Keyspace.read(jedis).databases()) {
                if (database != 0) {
                    jedis.select(database);
                }
                ScanParams params = new ScanParams().count(5_000);
                byte[] cursor = ScanParams.SCAN_POINTER_START_BINARY;
                do {
                    ScanResult<byte[]> page = jedis.scan(cursor, params);
                    for (byte[] key : page.getResult()) {
                        seen++;
                        if (!owners.owns(master, JedisClusterCRC16.getSlot(key))) {
                            findings.add(misplaced(master, key, database, owners));
                        }
                    }
                    cursor = page.getCursorAsBytes();
                } while (!isZero(cursor));
            }
        }
        return Holding.of(master, owners, seen);
    }

    /** The owner of an open slot answers ASK for a key that has moved already. */
    private static boolean isThere(Jedis jedis, byte[] key) {
        try {
            return jedis.exists(key);
        } catch (JedisAskDataException e) {
            return false;
        }
    }

    private static boolean isZero(byte[] cursor) {
        return cursor.length == 1 && cursor[0] == '0';
    }

    private Finding misplaced(HostAndPort master, byte[] key, int database, SlotOwners owners) {
        int slot = JedisClusterCRC16.getSlot(key);
        String owner = owners.of(slot);
        String where = "on " + master + (database == 0 ? "" : ", database " + database);
        boolean alsoThere = false;
        if (!owner.equals("nobody")) {
            try (Jedis jedis = new Jedis(HostAndPort.from(owner), access.config())) {
                if (database != 0) {
                    jedis.select(database);
                }
                alsoThere = isThere(jedis, key);
            }
        }
        return new Finding(
                alsoThere ? Fault.TWICE : Fault.ORPHAN,
                new String(key, StandardCharsets.UTF_8),
                slot,
                owner,
                "on its slot's owner alone",
                where + (alsoThere ? " and on the owner" : " and not on the owner"));
    }
}
