package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.exceptions.JedisException;

/** Which master owns each slot, each by its own word: the {@code myself} line of its CLUSTER NODES. */
final class SlotOwners {
    static final int SLOTS = 16_384;

    private final HostAndPort[] owners = new HostAndPort[SLOTS];
    private final Map<HostAndPort, Integer> slotsByMaster = new LinkedHashMap<>();
    private final List<Finding> findings = new ArrayList<>();

    /**
     * Asks every master that the first answering seed knows.
     *
     * @throws JedisException where a master does not answer
     */
    static SlotOwners read(Access access) {
        SlotOwners owners = new SlotOwners();
        for (HostAndPort master : masters(access)) {
            try (Jedis jedis = new Jedis(master, access.config())) {
                owners.claim(master, jedis.clusterNodes());
            }
        }
        for (int slot = 0; slot < SLOTS; slot++) {
            if (owners.owners[slot] == null) {
                owners.findings.add(new Finding(Fault.UNCOVERED, "", slot, "", "", ""));
            }
        }
        return owners;
    }

    private static Set<HostAndPort> masters(Access access) {
        return firstAnswer(access.seeds(), access.config())
                .lines()
                .map(line -> line.split(" "))
                .filter(fields -> fields[2].contains("master") && !fields[2].contains("fail"))
                .map(fields -> HostAndPort.from(fields[1].substring(0, fields[1].indexOf('@'))))
                .collect(LinkedHashSet::new, Set::add, Set::addAll);
    }

    private static String firstAnswer(Collection<HostAndPort> seeds, JedisClientConfig config) {
        JedisException last = null;
        for (HostAndPort seed : seeds) {
            try (Jedis jedis = new Jedis(seed, config)) {
                return jedis.clusterNodes();
            } catch (JedisException e) {
                last = e;
            }
        }
        throw new JedisException("None of " + seeds + " answered", last);
    }

    private void claim(HostAndPort master, String clusterNodes) {
        String[] own = clusterNodes
                .lines()
                .map(line -> line.split(" "))
                .filter(fields -> fields[2].contains("myself"))
                .findFirst()
                .orElseThrow(() -> new JedisException(master + " did not list itself in CLUSTER NODES"));
        int count = 0;
        for (int i = 8; i < own.length; i++) {
            // "[93-<-..." and "[77->-..." are open slots, which change no ownership.
            if (!own[i].startsWith("[")) {
                String[] ends = own[i].split("-", 2);
                int last = Integer.parseInt(ends[ends.length - 1]);
                for (int slot = Integer.parseInt(ends[0]); slot <= last; slot++, count++) {
                    claim(master, slot);
                }
            }
        }
        slotsByMaster.put(master, count);
    }

    private void claim(HostAndPort master, int slot) {
        if (owners[slot] != null) {
            findings.add(new Finding(
                    Fault.TWO_OWNERS, "", slot, owners[slot].toString(), "one owner", "also claimed by " + master));
        }
        owners[slot] = master;
    }

    /** The masters, in the order that the first seed lists them, with the number of slots each owns. */
    Map<HostAndPort, Integer> slotsByMaster() {
        return slotsByMaster;
    }

    /** The owner's address; {@code nobody} where there is none. */
    String of(int slot) {
        return owners[slot] == null ? "nobody" : owners[slot].toString();
    }

    boolean owns(HostAndPort master, int slot) {
        return master.equals(owners[slot]);
    }

    /** Slots without an owner or with two. */
    List<Finding> findings() {
        return findings;
    }
}
