package io.slotferry.sandbox;

import io.slotferry.sandbox.Finding.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisAskDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * Many keys whose values follow from their names, so that each can be checked without remembering any: a name of about
 * 14 bytes and a value of 88. Written and read by pipelines to every master side by side.
 *
 * @param prefix what the keys' names begin with; another dataset in the same cluster takes another
 * @param keys how many
 * @param content of which types they are
 * @param database which database they are in; other than 0 needs a server with {@code cluster-databases}
 * @param repeats how often a value stands in its key, one time after the other
 */
public record Dataset(String prefix, long keys, Content content, int database, int repeats) {
    private static final int PIPELINE = 1_000;
    private static final int PIPELINE_BYTES = 1 << 20;
    static final int VALUE_LENGTH = 88;
    private static final Shape[] MIXED = {
        Shape.HASH, Shape.STRING, Shape.LIST, Shape.STRING, Shape.SET,
        Shape.STRING, Shape.SORTED_SET, Shape.STRING, Shape.EXPIRING, Shape.STRING
    };

    private static final int GROUP = 10;

    /** Of which types the keys are. */
    public enum Content {
        STRINGS,
        /** Half of them strings, the others of every other type. */
        MIXED,
        /** Hashes, ten of which share a hash tag and so a slot, as what belongs to one user does. */
        GROUPED_HASHES
    }

    /** This many strings in database 0. */
    public static Dataset of(long keys) {
        return new Dataset("data", keys, Content.STRINGS, 0, 1);
    }

    /** The same number of keys, half of them hashes, lists, sets, sorted sets and strings that expire after a day. */
    public Dataset ofMixedTypes() {
        return new Dataset(prefix, keys, Content.MIXED, database, repeats);
    }

    /** The same in another database. */
    public Dataset inDatabase(int number) {
        return new Dataset(prefix, keys, content, number, repeats);
    }

    /** The same with values of about so many bytes. */
    public Dataset ofSize(int bytes) {
        return new Dataset(prefix, keys, content, database, Math.max(1, bytes / VALUE_LENGTH));
    }

    /** The same number of keys, hashes of so many fields, ten of which share a slot each. */
    public Dataset ofGroupedHashes(int fields) {
        return new Dataset(prefix, keys, Content.GROUPED_HASHES, database, fields);
    }

    private int atOnce() {
        return Math.max(1, Math.min(PIPELINE, PIPELINE_BYTES / VALUE_LENGTH / repeats));
    }

    /**
     * Writes all keys.
     *
     * @throws JedisException where a master refuses one, or slots move meanwhile
     */
    public void fill(Access access) {
        SlotOwners owners = SlotOwners.read(access);
        Masters.forEach(owners, master -> fill(access, owners, master));
    }

    private Void fill(Access access, SlotOwners owners, HostAndPort master) {
        try (Jedis jedis = connect(access, master);
                Pipeline pipeline = jedis.pipelined()) {
            int waiting = 0;
            for (long i = 0; i < keys; i++) {
                String key = key(i);
                if (owners.owns(master, JedisClusterCRC16.getSlot(key))) {
                    shape(i).write(pipeline, key, value(i));
                    if (++waiting == atOnce()) {
                        requireAnswers(pipeline, master);
                        waiting = 0;
                    }
                }
            }
            requireAnswers(pipeline, master);
        }
        return null;
    }

    private static void requireAnswers(Pipeline pipeline, HostAndPort master) {
        for (Object answer : pipeline.syncAndReturnAll()) {
            if (answer instanceof RuntimeException error) {
                throw new JedisException(master + " refused a write of the dataset: " + error.getMessage(), error);
            }
        }
    }

    /** Reads all keys from the owners of their slots and compares: the first hundred that differ. */
    public List<Finding> check(Access access) {
        Findings findings = new Findings();
        check(access, findings);
        return findings.first();
    }

    /** The same, into findings of several threads. */
    void check(Access access, Findings findings) {
        SlotOwners owners = SlotOwners.read(access);
        Masters.forEach(owners, master -> check(access, owners, master, findings));
    }

    private Void check(Access access, SlotOwners owners, HostAndPort master, Findings findings) {
        try (Jedis jedis = connect(access, master);
                Pipeline pipeline = jedis.pipelined()) {
            List<Expected> waiting = new ArrayList<>();
            for (long i = 0; i < keys; i++) {
                String key = key(i);
                if (owners.owns(master, JedisClusterCRC16.getSlot(key))) {
                    waiting.add(new Expected(i, shape(i).read(pipeline, key)));
                    if (waiting.size() == atOnce()) {
                        compare(access, pipeline, waiting, findings);
                    }
                }
            }
            compare(access, pipeline, waiting, findings);
        }
        return null;
    }

    private record Expected(long number, Response<?> answer) {}

    private void compare(Access access, Pipeline pipeline, List<Expected> waiting, Findings findings) {
        pipeline.sync();
        for (Expected expected : waiting) {
            compare(access, expected).ifPresent(findings::add);
        }
        waiting.clear();
    }

    private Optional<Finding> compare(Access access, Expected read) {
        long number = read.number();
        Object seen;
        try {
            seen = read.answer().get();
        } catch (JedisAskDataException e) {
            return askThere(access, number, e.getTargetNode());
        } catch (JedisException e) {
            return Optional.of(Finding.ofKey(Fault.UNREADABLE, key(number), "", e.getMessage()));
        }
        return compare(number, seen);
    }

    /** The key's slot is open, and the key has gone to the other end already. */
    private Optional<Finding> askThere(Access access, long number, HostAndPort target) {
        try (Jedis jedis = connect(access, target);
                Pipeline pipeline = jedis.pipelined()) {
            pipeline.sendCommand(Protocol.Command.ASKING, new byte[0][]);
            Response<?> answer = shape(number).read(pipeline, key(number));
            pipeline.sync();
            return compare(number, answer.get());
        } catch (JedisException e) {
            return Optional.of(Finding.ofKey(Fault.UNREADABLE, key(number), "", e.getMessage()));
        }
    }

    private Optional<Finding> compare(long number, Object seen) {
        Object expected = shape(number).expected(value(number));
        if (expected.equals(seen)) {
            return Optional.empty();
        }
        boolean gone = seen == null
                || (seen instanceof java.util.Collection<?> all && all.isEmpty())
                || (seen instanceof java.util.Map<?, ?> map && map.isEmpty());
        return Optional.of(Finding.ofKey(
                gone ? Fault.LOST : Fault.WRONG, key(number), expected.toString(), gone ? "no key" : seen.toString()));
    }

    /** Reads a key of database 0 through a cluster client; other types than strings are only looked for. */
    Optional<Finding> check(UnifiedJedis client, long number) {
        String key = key(number);
        if (shape(number) == Shape.STRING) {
            String expected = value(number);
            String seen = client.get(key);
            return expected.equals(seen)
                    ? Optional.empty()
                    : Optional.of(Finding.ofKey(
                            seen == null ? Fault.LOST : Fault.WRONG, key, expected, String.valueOf(seen)));
        }
        return client.exists(key)
                ? Optional.empty()
                : Optional.of(Finding.ofKey(Fault.LOST, key, shape(number).toString(), "no key"));
    }

    private Jedis connect(Access access, HostAndPort master) {
        Jedis jedis = new Jedis(master, access.config());
        if (database != 0) {
            jedis.select(database);
        }
        return jedis;
    }

    private Shape shape(long number) {
        return switch (content) {
            case STRINGS -> Shape.STRING;
            case MIXED -> MIXED[(int) (number % MIXED.length)];
            case GROUPED_HASHES -> Shape.LARGE_HASH;
        };
    }

    /** The name of the key with this number. */
    public String key(long number) {
        return content == Content.GROUPED_HASHES
                ? prefix + ":{" + number / GROUP + "}:" + number % GROUP
                : prefix + ":" + number;
    }

    /** SplitMix64 over key number and database, five bits a character. */
    private String value(long number) {
        StringBuilder value = new StringBuilder(VALUE_LENGTH);
        long state = number * 0x9E3779B97F4A7C15L + database;
        while (value.length() < VALUE_LENGTH) {
            state += 0x9E3779B97F4A7C15L;
            long bits = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
            bits = (bits ^ (bits >>> 27)) * 0x94D049BB133111EBL;
            for (int i = 0; i < 8; i++, bits >>>= 5) {
                value.append((char) ('A' + (bits & 31)));
            }
        }
        return value.toString().repeat(repeats);
    }
}
