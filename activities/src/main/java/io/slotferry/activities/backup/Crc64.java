package io.slotferry.activities.backup;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The CRC-64 that an RDB ends with: the polynomial by Jones, reflected, begun with 0 (crc64.c of Redis). Three sums side by
 * side, each of every third word of eight bytes, since one sum alone waits for its own tables; they are brought together
 * where the words end (Kadatskiy and Jenkins, "Everything we know about CRC but afraid to forget", 2010).
 */
final class Crc64 {
    /** 0xad93d23594c935a9 with its bits in reverse order. */
    private static final long POLYNOMIAL = 0x95ac9329ac4bc9b5L;

    private static final int SUMS = 3;
    private static final int STEP = SUMS * Long.BYTES;
    private static final int VALUES = 256;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** What a byte becomes by so many zero bytes behind it: the row by their number. */
    private static final long[][] BEHIND = behind();

    /** For a word that ends where the sum ends. */
    private static final long[] LAST = word(0);

    /** For a word that a sum's next one follows after those of the others. */
    private static final long[] ONE_OF_THREE = word(STEP - Long.BYTES);

    private long value;

    private static long[][] behind() {
        long[][] tables = new long[STEP][VALUES];
        for (int i = 0; i < VALUES; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
            }
            tables[0][i] = crc;
        }
        for (int zeros = 1; zeros < STEP; zeros++) {
            for (int i = 0; i < VALUES; i++) {
                long before = tables[zeros - 1][i];
                tables[zeros][i] = tables[0][(int) before & 0xff] ^ (before >>> 8);
            }
        }
        return tables;
    }

    /** The tables of a word's eight bytes, one behind the other, with so many zero bytes behind the word. */
    private static long[] word(int zeros) {
        long[] tables = new long[Long.BYTES * VALUES];
        for (int place = 0; place < Long.BYTES; place++) {
            System.arraycopy(BEHIND[zeros + Long.BYTES - 1 - place], 0, tables, place * VALUES, VALUES);
        }
        return tables;
    }

    private static long add(long[] tables, long word) {
        return tables[(int) word & 0xff]
                ^ tables[VALUES + ((int) (word >>> 8) & 0xff)]
                ^ tables[2 * VALUES + ((int) (word >>> 16) & 0xff)]
                ^ tables[3 * VALUES + ((int) (word >>> 24) & 0xff)]
                ^ tables[4 * VALUES + ((int) (word >>> 32) & 0xff)]
                ^ tables[5 * VALUES + ((int) (word >>> 40) & 0xff)]
                ^ tables[6 * VALUES + ((int) (word >>> 48) & 0xff)]
                ^ tables[7 * VALUES + (int) (word >>> 56)];
    }

    private static long word(byte[] bytes, int at) {
        return (long) LONGS.get(bytes, at);
    }

    /** Adds {@code length} bytes from {@code offset} on. */
    void update(byte[] bytes, int offset, int length) {
        long crc = value;
        int at = offset;
        int end = offset + length;
        if (length >= 2 * STEP) {
            long second = 0;
            long third = 0;
            for (; end - at >= 2 * STEP; at += STEP) {
                crc = add(ONE_OF_THREE, crc ^ word(bytes, at));
                second = add(ONE_OF_THREE, second ^ word(bytes, at + Long.BYTES));
                third = add(ONE_OF_THREE, third ^ word(bytes, at + 2 * Long.BYTES));
            }
            crc = add(LAST, crc ^ word(bytes, at));
            crc = add(LAST, crc ^ second ^ word(bytes, at + Long.BYTES));
            crc = add(LAST, crc ^ third ^ word(bytes, at + 2 * Long.BYTES));
            at += STEP;
        }
        for (; end - at >= Long.BYTES; at += Long.BYTES) {
            crc = add(LAST, crc ^ word(bytes, at));
        }
        for (; at < end; at++) {
            crc = BEHIND[0][(int) (crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
        }
        value = crc;
    }

    /** Of all bytes until now. */
    long value() {
        return value;
    }
}
