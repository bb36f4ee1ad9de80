package io.slotferry.activities.backup;

import io.slotferry.workflows.contract.Backup;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Reads an RDB up to its first key (rdb.h and rdb.c of Redis): fields about the file, functions, data of modules, then the
 * first database with its number of keys. What follows are values of many types, which a server alone reads rightly.
 */
final class RdbHead {
    /** {@code REDIS0010}, {@code VALKEY080}. */
    static final int MAGIC = 9;

    private static final int FUNCTION = 245;
    private static final int MODULE_AUX = 247;
    private static final int AUX = 250;
    private static final int RESIZE_DB = 251;
    private static final int SELECT_DB = 254;
    private static final int END = 255;

    private static final int ENCODED = 0x100;
    private static final int LZF = 3;

    private final ByteBuffer bytes;
    private final Map<String, String> fields = new HashMap<>();
    private Optional<Long> keys = Optional.empty();

    /** The file's front, as far as it was kept. */
    RdbHead(byte[] front) {
        this.bytes = ByteBuffer.wrap(front);
    }

    /**
     * What it says.
     *
     * @throws BrokenRdb where it does not begin as an RDB does
     */
    Backup.Rdb read() {
        String magic = magic();
        try {
            while (section()) {
                // Each section is one field, function, or number.
            }
        } catch (BufferUnderflowException e) {
            // A head that is longer than what was kept of it: what was read holds.
            keys = Optional.empty();
        }
        return new Backup.Rdb(
                magic,
                Optional.ofNullable(fields.get("valkey-ver"))
                        .map(version -> "valkey " + version)
                        .or(() -> Optional.ofNullable(fields.get("redis-ver")).map(version -> "redis " + version)),
                Optional.ofNullable(fields.get("repl-id")),
                Optional.ofNullable(fields.get("repl-offset"))
                        .filter(text -> text.matches("[0-9]{1,18}"))
                        .map(Long::valueOf),
                keys);
    }

    private String magic() {
        byte[] magic = new byte[Math.min(MAGIC, bytes.remaining())];
        bytes.get(magic);
        String text = new String(magic, StandardCharsets.ISO_8859_1);
        if (!text.matches("(REDIS[0-9]{4}|VALKEY[0-9]{3})")) {
            throw new BrokenRdb("it does not begin as an RDB does (REDIS or VALKEY and a version)");
        }
        return text;
    }

    /** Whether there may be another one before the first key. */
    private boolean section() {
        int opcode = bytes.get() & 0xff;
        switch (opcode) {
            case AUX -> fields.put(string(), string());
            case FUNCTION -> string();
            case MODULE_AUX -> moduleData();
            case SELECT_DB -> length();
            case RESIZE_DB -> {
                keys = Optional.of(length());
                return false;
            }
            case END -> {
                keys = Optional.of(0L);
                return false;
            }
            default -> {
                // A key, or what a later release has put before the first one.
                return false;
            }
        }
        return true;
    }

    /** A module's ID, when it is to be read, and values that each say of what kind they are, until one says 0. */
    private void moduleData() {
        length();
        length();
        length();
        for (long kind = length(); kind != 0; kind = length()) {
            switch ((int) kind) {
                case 1, 2 -> length();
                case 3 -> skip(Float.BYTES);
                case 4 -> skip(Double.BYTES);
                case 5 -> string();
                default -> throw new BufferUnderflowException();
            }
        }
    }

    private String string() {
        long length = length();
        if (length < 0) {
            return encoded((int) -length - ENCODED);
        }
        byte[] text = new byte[checked(length)];
        bytes.get(text);
        return new String(text, StandardCharsets.UTF_8);
    }

    private String encoded(int kind) {
        return switch (kind) {
            case 0 -> Integer.toString(bytes.get());
            case 1 -> Short.toString(Short.reverseBytes(bytes.getShort()));
            case 2 -> Integer.toString(Integer.reverseBytes(bytes.getInt()));
            case LZF -> {
                int compressed = checked(length());
                length();
                skip(compressed);
                yield "";
            }
            default -> throw new BufferUnderflowException();
        };
    }

    /** A length; of a string in an encoding of its own, minus (the encoding + {@link #ENCODED}). */
    private long length() {
        int first = bytes.get() & 0xff;
        return switch (first >> 6) {
            case 0 -> first & 0x3f;
            case 1 -> (first & 0x3f) << 8 | (bytes.get() & 0xff);
            case 2 -> first == 0x80 ? bytes.getInt() & 0xffffffffL : bytes.getLong();
            default -> -(long) ((first & 0x3f) + ENCODED);
        };
    }

    private void skip(int count) {
        bytes.position(bytes.position() + checked(count));
    }

    private int checked(long length) {
        if (length < 0 || length > bytes.remaining()) {
            throw new BufferUnderflowException();
        }
        return (int) length;
    }
}
