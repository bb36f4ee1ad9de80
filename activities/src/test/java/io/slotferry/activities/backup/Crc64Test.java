package io.slotferry.activities.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
    /** Redis, crc64.c: crc64Test. */
    @Test
    void the_vector_of_redis_comes_out() {
        assertThat(of("123456789")).isEqualTo(0xe9c6d914c4b8d9caL);
        assertThat(of("")).isZero();
    }

    @Test
    void three_sums_side_by_side_give_what_one_bit_a_step_gives_however_they_are_cut() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            int cut = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
            Crc64 crc = new Crc64();
            crc.update(bytes, 0, cut);
            crc.update(bytes, cut, bytes.length - cut);
            assertThat(crc.value()).isEqualTo(bitByBit(bytes));
        }
    }

    private static long of(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Crc64 crc = new Crc64();
        crc.update(bytes, 0, bytes.length);
        return crc.value();
    }

    /** By the definition: bits come in from the right, the sum is reversed at the end. */
    private static long bitByBit(byte[] bytes) {
        long crc = 0;
        for (byte next : bytes) {
            for (int bit = 0; bit < 8; bit++) {
                boolean in = (next >> bit & 1) == 1;
                boolean out = crc < 0;
                crc <<= 1;
                crc ^= in != out ? 0xad93d23594c935a9L : 0;
            }
        }
        return Long.reverse(crc);
    }
}
