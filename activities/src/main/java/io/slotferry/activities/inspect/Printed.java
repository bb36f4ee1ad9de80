package io.slotferry.activities.inspect;

import io.slotferry.planning.SlotRanges;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Figures and names as a person reads them. */
final class Printed {
    private static final int LONGEST_KEY = 60;
    private static final int MOST_RANGES = 6;

    private Printed() {}

    /** {@code 1 slot}, {@code 5,461 slots}. */
    static String count(long number, String one) {
        return String.format(Locale.ROOT, "%,d %s%s", number, one, number == 1 ? "" : "s");
    }

    /** {@code slot 93}, {@code slots 0-99, 200}. */
    static String slots(SlotRanges slots) {
        List<String> ranges = slots.ranges().stream().map(Object::toString).toList();
        int shown = Math.min(ranges.size(), MOST_RANGES);
        return (slots.size() == 1 ? "slot " : "slots ")
                + String.join(", ", ranges.subList(0, shown))
                + (ranges.size() > shown ? " and " + (ranges.size() - shown) + " more ranges" : "");
    }

    /** At the beginning of a sentence. */
    static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    /** Bytes of a key as redis-cli shows them, the first of many. */
    static String key(byte[] key) {
        StringBuilder text = new StringBuilder();
        for (char c : new String(key, StandardCharsets.ISO_8859_1).toCharArray()) {
            if (text.length() >= LONGEST_KEY) {
                return text + "...";
            }
            text.append(c < ' ' || c > '~' ? String.format("\\x%02x", (int) c) : String.valueOf(c));
        }
        return text.toString();
    }

    /** {@code 512 B}, {@code 13.1 MB}, {@code 2.0 GB}: in powers of 1,024, as in redis.conf. */
    static String bytes(long bytes) {
        if (bytes < 1_024) {
            return bytes + " B";
        }
        String[] units = {"KB", "MB", "GB", "TB"};
        double value = bytes;
        int unit = -1;
        while (value >= 1_024 && unit < units.length - 1) {
            value /= 1_024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, units[unit]);
    }
}
