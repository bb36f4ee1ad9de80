package io.slotferry.activities.backup;

import io.slotferry.workflows.contract.Backup;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/** Proves an RDB while it passes by: that it begins and ends as one, and that its bytes give the CRC-64 it ends with. */
final class RdbProof {
    /** As far as the head is kept to be read; functions stand in it. */
    private static final int HEAD = 256 * 1024;

    /** Small enough to stay in the processor's cache from the first sum to the second. */
    private static final int PIECE = 16 * 1024;

    private static final int TRAILER = Long.BYTES;
    private static final int END_OF_FILE = 0xff;

    private final Crc64 crc = new Crc64();
    private final MessageDigest sha256 = sha256();
    private final byte[] piece = new byte[PIECE];
    private final byte[] tail = new byte[TRAILER];
    private byte[] head = new byte[0];
    private long length;
    private int beforeTail;

    /**
     * What was proven.
     *
     * @param crc64 empty where the node writes none
     */
    record Proven(long bytes, String sha256, Optional<String> crc64, Backup.Rdb rdb) {}

    /** The next bytes of the file: all that remains in the buffer. */
    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), PIECE);
            bytes.get(piece, 0, count);
            add(piece, count);
        }
    }

    private void add(byte[] bytes, int count) {
        sha256.update(bytes, 0, count);
        keepHead(bytes, count);
        // The last eight bytes are not part of what they are the sum of.
        int held = (int) Math.min(length, TRAILER);
        int known = held + count;
        if (known <= TRAILER) {
            System.arraycopy(bytes, 0, tail, held, count);
        } else {
            int fromTail = Math.min(held, known - TRAILER);
            crc.update(tail, 0, fromTail);
            int fromBytes = known - TRAILER - fromTail;
            crc.update(bytes, 0, fromBytes);
            beforeTail = fromBytes > 0 ? bytes[fromBytes - 1] & 0xff : tail[fromTail - 1] & 0xff;
            System.arraycopy(tail, fromTail, tail, 0, held - fromTail);
            System.arraycopy(bytes, fromBytes, tail, held - fromTail, count - fromBytes);
        }
        length += count;
    }

    private void keepHead(byte[] bytes, int count) {
        int wanted = Math.min(count, HEAD - head.length);
        if (wanted > 0) {
            int kept = head.length;
            head = Arrays.copyOf(head, kept + wanted);
            System.arraycopy(bytes, 0, head, kept, wanted);
        }
    }

    /**
     * After the last byte.
     *
     * @throws BrokenRdb where it is none, or not as it was written
     */
    Proven finish() {
        Backup.Rdb rdb = new RdbHead(head).read();
        if (length < TRAILER + 1 + RdbHead.MAGIC || beforeTail != END_OF_FILE) {
            throw new BrokenRdb("its " + length + " bytes do not end as an RDB does (0xff, then 8 bytes of CRC-64)");
        }
        long written = ByteBuffer.wrap(tail).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (written != 0 && written != crc.value()) {
            throw new BrokenRdb("its " + length + " bytes give the CRC-64 " + hex(crc.value()) + ", and it ends with "
                    + hex(written));
        }
        return new Proven(
                length,
                HexFormat.of().formatHex(sha256.digest()),
                written == 0 ? Optional.empty() : Optional.of(hex(written)),
                rdb);
    }

    private static String hex(long value) {
        return HexFormat.of().toHexDigits(value);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
