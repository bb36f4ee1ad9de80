package io.slotferry.starter;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people type them. */
final class Durations {
    private static final Pattern SHORT = Pattern.compile("(?i)([0-9]+h)?([0-9]+m)?([0-9]+(\\.[0-9]+)?s)?");
    private static final Pattern MILLIS = Pattern.compile("(?i)([0-9]{1,9})ms");

    private Durations() {}

    /** {@code 10s}, {@code 2m}, {@code 1h30m}, {@code 20ms} as ISO-8601; anything else as it is. */
    static String iso(String text) {
        Matcher millis = MILLIS.matcher(text);
        if (millis.matches()) {
            return "PT" + new BigDecimal(millis.group(1)).movePointLeft(3).toPlainString() + "S";
        }
        return !text.isEmpty() && SHORT.matcher(text).matches() ? "PT" + text.toUpperCase(Locale.ROOT) : text;
    }
}
