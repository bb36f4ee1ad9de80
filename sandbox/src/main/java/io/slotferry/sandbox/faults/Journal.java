package io.slotferry.sandbox.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What befell a run, and what was done about it, in order. For use by several threads. */
final class Journal {
    private final long began = System.currentTimeMillis();
    private final List<Entry> entries = new ArrayList<>();

    /**
     * Something that happened.
     *
     * @param atMillis since 1970
     */
    record Entry(long atMillis, double seconds, String what) {}

    void note(String what) {
        long now = System.currentTimeMillis();
        synchronized (this) {
            entries.add(new Entry(now, (now - began) / 1e3, what));
        }
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    /** A line for each entry. */
    String text() {
        StringBuilder text = new StringBuilder();
        entries()
                .forEach(entry ->
                        text.append(String.format(Locale.ROOT, "%7.2f s  %s%n", entry.seconds(), entry.what())));
        return text.toString();
    }
}
