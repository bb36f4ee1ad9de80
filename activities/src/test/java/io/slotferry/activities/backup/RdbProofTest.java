package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RdbProofTest {
    private static final byte[] WHOLE = withCrc(rdb(12));

    @Test
    void a_whole_file_is_proven_however_it_is_cut_into_pieces() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            RdbProof proof = new RdbProof();
            for (int at = 0; at < WHOLE.length; ) {
                int count = Math.min(WHOLE.length - at, 1 + random.nextInt(round % 2 == 0 ? 3 : 40));
                proof.add(ByteBuffer.wrap(WHOLE, at, count));
                at += count;
            }
            assertThat(proof.finish().bytes()).isEqualTo(WHOLE.length);
        }
    }

    @Test
    void the_head_tells_server_history_and_keys() {
        RdbProof.Proven proven = proven(WHOLE);

        assertThat(proven.rdb().magic()).isEqualTo("REDIS0010");
        assertThat(proven.rdb().server()).hasValue("redis 7.0.15");
        assertThat(proven.rdb().replicationId()).hasValue("abc");
        assertThat(proven.rdb().replicationOffset()).hasValue(1000L);
        assertThat(proven.rdb().firstDatabaseKeys()).hasValue(12L);
        assertThat(proven.crc64()).isPresent();
    }

    @Test
    void every_flipped_bit_is_seen() {
        for (int i = 0; i < WHOLE.length * 8; i++) {
            byte[] flipped = WHOLE.clone();
            flipped[i / 8] ^= (byte) (1 << i % 8);
            assertThatThrownBy(() -> proven(flipped)).isInstanceOf(BrokenRdb.class);
        }
    }

    @Test
    void every_shorter_file_is_seen() {
        for (int length = 0; length < WHOLE.length; length++) {
            byte[] cut = Arrays.copyOf(WHOLE, length);
            assertThatThrownBy(() -> proven(cut)).isInstanceOf(BrokenRdb.class);
        }
    }

    @Test
    void a_file_without_a_checksum_is_told_apart() {
        byte[] body = rdb(3);

        assertThat(proven(Arrays.copyOf(body, body.length + 8)).crc64()).isEmpty();
    }

    @Test
    void a_file_without_keys_has_none_and_a_head_that_is_not_understood_says_so() {
        assertThat(proven(withCrc(new byte[] {'V', 'A', 'L', 'K', 'E', 'Y', '0', '8', '0', (byte) 0xff}))
                        .rdb()
                        .firstDatabaseKeys())
                .hasValue(0L);
        assertThat(proven(withCrc(new byte[] {'R', 'E', 'D', 'I', 'S', '0', '0', '9', '9', (byte) 0xe0, (byte) 0xff}))
                        .rdb()
                        .firstDatabaseKeys())
                .isEmpty();
    }

    @Test
    void a_wrong_sum_is_told_with_both_figures() {
        byte[] flipped = WHOLE.clone();
        flipped[WHOLE.length - 12] ^= 1;

        assertThatThrownBy(() -> proven(flipped))
                .hasMessageMatching("its \\d+ bytes give the CRC-64 [0-9a-f]{16}, and it ends with [0-9a-f]{16}");
    }

    private static RdbProof.Proven proven(byte[] file) {
        RdbProof proof = new RdbProof();
        proof.add(ByteBuffer.wrap(file));
        return proof.finish();
    }

    /** Without its trailer; the values are nothing that a server would read. */
    private static byte[] rdb(int keys) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes("REDIS0010".getBytes(StandardCharsets.US_ASCII));
        aux(file, "redis-ver", new byte[] {6, '7', '.', '0', '.', '1', '5'});
        aux(file, "repl-id", new byte[] {3, 'a', 'b', 'c'});
        // 1000 as an integer of 16 bits.
        aux(file, "repl-offset", new byte[] {(byte) 0xc1, (byte) 0xe8, 3});
        // A function of 300 bytes, as a compressed string of 5.
        file.writeBytes(new byte[] {(byte) 245, (byte) 0xc3, 5, 0x41, 0x2c, 1, 2, 3, 4, 5});
        file.writeBytes(new byte[] {(byte) 254, 0, (byte) 251, (byte) keys, 0});
        file.writeBytes("all the values of all the keys".getBytes(StandardCharsets.US_ASCII));
        file.write(0xff);
        return file.toByteArray();
    }

    private static void aux(ByteArrayOutputStream file, String name, byte[] value) {
        file.write(250);
        file.write(name.length());
        file.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        file.writeBytes(value);
    }

    private static byte[] withCrc(byte[] body) {
        Crc64 crc = new Crc64();
        crc.update(body, 0, body.length);
        return ByteBuffer.allocate(body.length + 8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(body)
                .putLong(crc.value())
                .array();
    }
}
