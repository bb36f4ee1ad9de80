package io.slotferry.workflows.contract;

import io.slotferry.planning.Window;
import java.time.DateTimeException;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Optional;

/** Reads a window: {@code {"from": "01:00", "to": "05:00", "zone": "Europe/Berlin"}}, all of it required. */
final class WindowFields {
    private static final String TIME = "a time of day such as \"01:00\"";
    private static final String ZONE = "a time zone such as \"Europe/Berlin\" or \"UTC\"";

    private WindowFields() {}

    static Optional<Window> window(JsonFields fields) {
        Optional<LocalTime> from = time(fields, "from");
        Optional<LocalTime> to = time(fields, "to");
        Optional<ZoneId> zone = zone(fields);
        fields.nothingElse();
        if (from.isPresent() && from.equals(to)) {
            fields.problem("to", "the same as from; leave the window out where batches may start at any time");
            return Optional.empty();
        }
        return from.isPresent() && to.isPresent() && zone.isPresent()
                ? Optional.of(new Window(from.get(), to.get(), zone.get()))
                : Optional.empty();
    }

    private static Optional<LocalTime> time(JsonFields fields, String name) {
        Optional<String> text = required(fields, name, TIME);
        try {
            return text.map(LocalTime::parse);
        } catch (DateTimeException e) {
            fields.problem(name, "\"" + text.get() + "\" is not " + TIME);
            return Optional.empty();
        }
    }

    private static Optional<ZoneId> zone(JsonFields fields) {
        Optional<String> text = required(fields, "zone", ZONE);
        try {
            return text.map(ZoneId::of);
        } catch (DateTimeException e) {
            fields.problem("zone", "\"" + text.get() + "\" is not " + ZONE);
            return Optional.empty();
        }
    }

    private static Optional<String> required(JsonFields fields, String name, String what) {
        Optional<String> text = fields.text(name, what);
        if (!fields.has(name)) {
            fields.problem(name, "missing; " + what + " belongs here");
        }
        return text;
    }
}
