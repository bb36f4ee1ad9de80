package io.slotferry.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.SlotferryJson;
import java.io.PrintWriter;
import java.util.Map;

/**
 * What a command says. Without {@code --json} text goes to stdout; with it, stdout holds one JSON object a line and the text
 * for people goes to stderr.
 */
public final class Voice {
    private final PrintWriter out;
    private final PrintWriter people;
    private final boolean json;
    private final boolean quiet;

    public Voice(PrintWriter out, PrintWriter err, boolean json) {
        this(out, err, json, false);
    }

    /**
     * The same, which may be asked to keep to what matters.
     *
     * @param quiet whether how it goes meanwhile is left untold to people
     */
    public Voice(PrintWriter out, PrintWriter err, boolean json, boolean quiet) {
        this.out = out;
        this.people = json ? err : out;
        this.json = json;
        this.quiet = quiet;
    }

    boolean quiet() {
        return quiet;
    }

    boolean json() {
        return json;
    }

    public void say(String text) {
        people.println(text);
        people.flush();
    }

    /** As it is, without a line end. */
    void write(String text) {
        people.print(text);
        people.flush();
    }

    /** A line of JSON: {@code {"event": name, ...fields}}; nothing without {@code --json}. */
    public void event(String name, Map<String, ?> fields) {
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
        out.flush();
    }
}
