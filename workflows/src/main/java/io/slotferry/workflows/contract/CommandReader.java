package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.slotferry.planning.Window;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the arguments of commands as strictly as requests are read. */
public final class CommandReader {
    private static final String APPROVAL = "{\"fingerprint\": \"…\", \"by\": \"you\"}";
    private static final String WORD = "{\"by\": \"you\", \"why\": \"…\"}";
    private static final String RETUNE = "{\"pacing\": {\"pause\": \"PT30S\"}, \"by\": \"you\"}";
    private static final int LONGEST_TEXT = 500;
    private static final int DIGITS = 64;
    private static final int FEWEST_DIGITS = 8;

    private CommandReader() {}

    /** Who gave a command, and why. */
    public record Word(Optional<String> by, Optional<String> why) {
        /** For the audit trail. */
        @Override
        public String toString() {
            return by.map(who -> " by " + who).orElse("")
                    + why.map(text -> ": " + text).orElse("");
        }
    }

    /**
     * An approval.
     *
     * @param fingerprint of the plan, or its first digits: 8 at least
     */
    public record Approved(String fingerprint, Word word) {}

    /**
     * The argument of {@code approve}.
     *
     * @throws BadRequest naming every problem
     */
    public static Approved approval(JsonNode json) {
        List<String> problems = new ArrayList<>();
        if (json == null || json.isNull() || json.isMissingNode()) {
            throw new BadRequest(List.of("approve: the plan's fingerprint belongs here: " + APPROVAL));
        }
        JsonFields fields = fields("approve", json, APPROVAL, problems);
        Optional<String> fingerprint = fields.text("fingerprint", "the plan's fingerprint, a string,");
        if (!fields.has("fingerprint")) {
            fields.problem("fingerprint", "missing; the plan's fingerprint or its first 8 digits belong here");
        }
        fingerprint
                .filter(text -> !text.matches("[0-9a-f]{" + FEWEST_DIGITS + "," + DIGITS + "}"))
                .ifPresent(text -> fields.problem(
                        "fingerprint", "8 to 64 hexadecimal digits of the plan's fingerprint belong here"));
        Word word = word(fields);
        done(fields, problems);
        return new Approved(fingerprint.orElse(""), word);
    }

    /** A change of what may be changed: how the run is to go on. */
    public record Retuned(Tuning tuning, Word word) {}

    /**
     * The argument of {@code retune}: {@code pacing}, {@code thresholds} and {@code window} as in a request, and {@code
     * batch} with {@code lanes}. What is not given stays as it is; {@code "window": "none"} takes the window away.
     *
     * @throws BadRequest naming every problem
     */
    public static Retuned retuning(JsonNode json, Tuning before) {
        List<String> problems = new ArrayList<>();
        boolean none = json == null || json.isNull() || json.isMissingNode();
        JsonFields fields = fields("retune", none ? JsonNodeFactory.instance.objectNode() : json, RETUNE, problems);
        if (List.of("pacing", "batch", "thresholds", "window").stream().noneMatch(fields::has)) {
            fields.problem("retune", "nothing to change; such as " + RETUNE);
        }
        Pacing pacing = RequestReader.pacing(fields.object("pacing", false), before.pacing());
        JsonFields batch = fields.object("batch", false);
        int lanes = RequestReader.lanes(batch, before.lanes());
        batch.nothingElse();
        Thresholds thresholds = RequestReader.thresholds(fields.object("thresholds", false), before.thresholds());
        Optional<Window> window = fields.says("window", "none")
                ? Optional.empty()
                : fields.has("window") ? WindowFields.window(fields.object("window", true)) : before.window();
        Word word = word(fields);
        done(fields, problems);
        return new Retuned(new Tuning(pacing, lanes, thresholds, window), word);
    }

    /**
     * The argument of every other command; may be null.
     *
     * @throws BadRequest naming every problem
     */
    public static Word word(String command, JsonNode json) {
        List<String> problems = new ArrayList<>();
        boolean none = json == null || json.isNull() || json.isMissingNode();
        JsonFields fields = fields(command, none ? JsonNodeFactory.instance.objectNode() : json, WORD, problems);
        Word word = word(fields);
        done(fields, problems);
        return word;
    }

    private static JsonFields fields(String command, JsonNode json, String example, List<String> problems) {
        if (!json.isObject()) {
            throw new BadRequest(List.of(
                    command + ": an object belongs here, not " + JsonFields.kind(json) + "; such as " + example));
        }
        return new JsonFields("", json, problems);
    }

    private static Word word(JsonFields fields) {
        return new Word(line(fields, "by"), line(fields, "why"));
    }

    private static Optional<String> line(JsonFields fields, String name) {
        Optional<String> text = fields.text(name, "a string").map(String::strip).filter(line -> !line.isEmpty());
        if (text.isPresent() && text.get().length() > LONGEST_TEXT) {
            fields.problem(name, "more than " + LONGEST_TEXT + " characters");
        }
        return text;
    }

    private static void done(JsonFields fields, List<String> problems) {
        fields.nothingElse();
        if (!problems.isEmpty()) {
            throw new BadRequest(problems);
        }
    }
}
