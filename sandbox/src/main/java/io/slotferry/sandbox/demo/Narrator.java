package io.slotferry.sandbox.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Map;

/**
 * Speaks: text for people to standard output, or with {@code --json} one object a line there and the text to standard
 * error. Falls silent when told to, while others clean up.
 */
final class Narrator {
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean json;
    private volatile boolean silent;

    Narrator(PrintWriter out, PrintWriter err, boolean json) {
        this.out = new PrintWriter(new Silenceable(out), true);
        this.err = new PrintWriter(new Silenceable(err), true);
        this.json = json;
    }

    private final class Silenceable extends FilterWriter {
        Silenceable(Writer writer) {
            super(writer);
        }

        @Override
        public void write(int character) throws IOException {
            if (!silent) {
                super.write(character);
            }
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            if (!silent) {
                super.write(text, offset, length);
            }
        }

        @Override
        public void write(String text, int offset, int length) throws IOException {
            if (!silent) {
                super.write(text, offset, length);
            }
        }
    }

    /** For a command that runs inside. */
    PrintWriter out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    boolean json() {
        return json;
    }

    void say(String line) {
        (json ? err : out).println(line);
    }

    /** A line about something that now is there: what, and which. */
    void step(String what, String which) {
        say(String.format("  %-14s%s", what, which));
    }

    void heading(String text) {
        say("");
        say(text);
    }

    void event(String name, Map<String, ?> fields) {
        if (!json) {
            return;
        }
        ObjectNode line = SlotferryJson.mapper().createObjectNode().put("event", name);
        fields.forEach((field, value) -> line.set(field, SlotferryJson.mapper().valueToTree(value)));
        try {
            out.println(SlotferryJson.mapper().writeValueAsString(line));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write the event " + name, e);
        }
    }

    void silence() {
        silent = true;
    }
}
