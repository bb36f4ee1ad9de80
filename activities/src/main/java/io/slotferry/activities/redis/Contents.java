package io.slotferry.activities.redis;

import static io.slotferry.activities.redis.RespConnection.command;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import redis.clients.jedis.CommandArguments;

/**
 * What a collection holds, as one number: the sum of a digest of each element. Servers keep the elements of large hashes and
 * sets in an order of their own, by a seed that each process draws, so that equal ones are dumped as different bytes.
 */
final class Contents {
    private static final int FIELDS_AT_ONCE = 1_000;
    private static final BigInteger MOST = BigInteger.ONE.shiftLeft(256);

    private final String type;
    private final byte[] key;
    private BigInteger sum = BigInteger.ZERO;

    /** Of a key of this type, as TYPE names it. */
    Contents(String type, byte[] key) {
        this.type = type;
        this.key = key;
    }

    /** The command that answers with all of it; empty for types whose dumps are compared well enough, or are all there is. */
    Optional<CommandArguments> reading() {
        return switch (type) {
            case "hash" -> Optional.of(command("HGETALL", (Object) key));
            case "set" -> Optional.of(command("SMEMBERS", (Object) key));
            case "zset" -> Optional.of(command("ZRANGE", key, 0, -1, "WITHSCORES"));
            case "list" -> Optional.of(command("LRANGE", key, 0, -1));
            default -> Optional.empty();
        };
    }

    /** Takes in what that command answered. */
    void add(List<?> answer) {
        int step = type.equals("hash") || type.equals("zset") ? 2 : 1;
        for (int i = 0; i < answer.size(); i += step) {
            byte[] place = type.equals("list") ? bytes(i) : new byte[0];
            add((byte[]) answer.get(i), step == 2 ? (byte[]) answer.get(i + 1) : place);
        }
    }

    /** Commands that answer when each field of a hash expires, for servers that know that. */
    List<CommandArguments> readingExpiry(List<?> answer) {
        List<CommandArguments> commands = new ArrayList<>();
        for (int from = 0; type.equals("hash") && from < answer.size(); from += 2 * FIELDS_AT_ONCE) {
            int to = Math.min(answer.size(), from + 2 * FIELDS_AT_ONCE);
            CommandArguments command = command("HPEXPIRETIME", key, "FIELDS", (to - from) / 2);
            for (int i = from; i < to; i += 2) {
                command.add(answer.get(i));
            }
            commands.add(command);
        }
        return commands;
    }

    /** Takes in what these commands answered, in milliseconds, of the fields of that answer. */
    void addExpiry(List<?> answer, List<?> times) {
        int field = 0;
        for (Object some : times) {
            for (Object time : (List<?>) some) {
                if ((Long) time >= 0) {
                    add((byte[]) answer.get(field), bytes((Long) time), new byte[0]);
                }
                field += 2;
            }
        }
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    private void add(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(bytes(part.length));
                digest.update(part);
            }
            sum = sum.add(new BigInteger(1, digest.digest())).mod(MOST);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Equal for two keys that hold the same. */
    byte[] digest() {
        return (type + " " + sum.toString(16)).getBytes(StandardCharsets.US_ASCII);
    }
}
