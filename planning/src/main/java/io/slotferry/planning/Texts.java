package io.slotferry.planning;

import java.util.List;
import java.util.Locale;

/** Lists and figures as people read them. */
final class Texts {
    private Texts() {}

    /** The first few, and how many more there are. */
    static String some(List<String> items, int most) {
        if (items.size() <= most) {
            return String.join(", ", items);
        }
        return String.join(", ", items.subList(0, most)) + " and " + (items.size() - most) + " more";
    }

    /** {@code 1 slot}, {@code 2 slots}, {@code 1,365 slots}. */
    static String count(long number, String one) {
        return number(number) + " " + (number == 1 ? one : one.endsWith("ch") ? one + "es" : one + "s");
    }

    /** With a comma between thousands, whatever the locale. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** The first few ranges, and how many more there are; {@code no slot} for none. */
    static String ranges(SlotRanges slots, int most) {
        List<SlotRange> ranges = slots.ranges();
        String text = some(ranges.stream().map(SlotRange::toString).toList(), most);
        return slots.isEmpty() ? "no slot" : (slots.size() == 1 ? "slot " : "slots ") + text;
    }
}
