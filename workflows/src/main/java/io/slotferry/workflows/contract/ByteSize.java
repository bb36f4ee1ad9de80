package io.slotferry.workflows.contract;

import java.util.Locale;

/**
 * A size with its unit, in powers of 1,024 as redis.conf has them: {@code 512KB}, {@code 10MB}, {@code 1GB}.
 *
 * @param bytes a multiple of 1,024
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    public ByteSize {
        if (bytes <= 0 || bytes % 1_024 != 0) {
            throw new IllegalArgumentException(bytes + " bytes are no whole number of KB");
        }
    }

    /** So many MB. */
    static ByteSize megabytes(long count) {
        return new ByteSize(count << 20);
    }

    /**
     * Reads a whole number and KB, MB or GB.
     *
     * @throws IllegalArgumentException for any other text
     */
    public static ByteSize parse(String text) {
        if (!text.matches("[1-9][0-9]{0,8}(KB|MB|GB)")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a size such as \"10MB\"");
        }
        int shift = text.endsWith("KB") ? 10 : text.endsWith("MB") ? 20 : 30;
        return new ByteSize(Long.parseLong(text.substring(0, text.length() - 2)) << shift);
    }

    /** About so much, for a person: {@code 512 B}, {@code 13.1 MB}. */
    public static String text(long bytes) {
        if (bytes < 1_024) {
            return bytes + " B";
        }
        int unit = Math.min(3, (63 - Long.numberOfLeadingZeros(bytes)) / 10);
        return String.format(Locale.ROOT, "%.1f %sB", (double) bytes / (1L << (10 * unit)), "KMG".charAt(unit - 1));
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** Exactly so much, as {@link #parse} reads it. */
    @Override
    public String toString() {
        long kilobytes = bytes >> 10;
        if (kilobytes % (1 << 20) == 0) {
            return (kilobytes >> 20) + "GB";
        }
        return kilobytes % (1 << 10) == 0 ? (kilobytes >> 10) + "MB" : kilobytes + "KB";
    }
}
