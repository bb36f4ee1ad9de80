package io.slotferry.activities.redis;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name that every changing connection bears: whose it is, and which of two of the same run is the older.
 *
 * @param run the run's ID
 * @param turn grows with every activity of a run: when the activity was scheduled, in milliseconds of the server's clock
 * @param attempt of that activity, from 1
 */
public record ConnectionName(String run, long turn, int attempt) {
    /** What every name begins with. */
    public static final String PREFIX = "slotferry:";

    private static final Pattern FORM = Pattern.compile("slotferry:([^:\\s]+):(\\d{1,18})\\.(\\d{1,9})");

    /** Reads a name; empty where it is not of this form. */
    public static Optional<ConnectionName> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new ConnectionName(
                        matcher.group(1), Long.parseLong(matcher.group(2)), Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    /** Whether this is an earlier attempt of the same run. */
    public boolean olderThan(ConnectionName other) {
        return run.equals(other.run) && (turn < other.turn || (turn == other.turn && attempt < other.attempt));
    }

    @Override
    public String toString() {
        return PREFIX + run + ":" + turn + "." + attempt;
    }
}
