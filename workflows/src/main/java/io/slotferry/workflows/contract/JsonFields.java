package io.slotferry.workflows.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One JSON object, read field by field. What does not fit is gathered as {@code path: what is wrong and what fits} while
 * reading goes on with the default, so that a person learns of everything at once.
 */
final class JsonFields {
    private final String path;
    private final JsonNode object;
    private final List<String> problems;
    private final Set<String> known = new LinkedHashSet<>();

    /** The fields of {@code node}; where it is no object, the caller has reported that, and nothing more is. */
    JsonFields(String path, JsonNode node, List<String> problems) {
        this.path = path;
        this.object = node.isObject() ? node : JsonNodeFactory.instance.objectNode();
        this.problems = node.isObject() ? problems : new ArrayList<>();
    }

    /** What kind of JSON value this is, for a person. */
    static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case NUMBER -> "a number";
            case BOOLEAN -> "a boolean";
            default -> "null";
        };
    }

    String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    void problem(String name, String what) {
        problems.add(pathOf(name) + ": " + what);
    }

    /** A problem of the object as a whole. */
    void problem(String what) {
        problems.add(path + ": " + what);
    }

    boolean has(String name) {
        known.add(name);
        return object.has(name);
    }

    /** Whether the field is this string, asked before its turn. */
    boolean says(String name, String text) {
        return text.equals(object.path(name).textValue());
    }

    JsonNode node(String name) {
        known.add(name);
        return object.path(name);
    }

    /** The fields of an object; of none where the field is absent or of another type. */
    JsonFields object(String name, boolean required) {
        JsonNode node = node(name);
        if (node.isMissingNode() && required) {
            problem(name, "missing; an object belongs here");
        } else if (!node.isMissingNode() && !node.isObject()) {
            problem(name, "an object belongs here, not " + kind(node));
        }
        return new JsonFields(pathOf(name), node, problems);
    }

    /** The entries of an array; none where the field is absent or of another type. */
    List<JsonNode> array(String name, String ofWhat) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isArray()) {
            problem(name, "an array of " + ofWhat + " belongs here, not " + kind(node));
        }
        List<JsonNode> entries = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(entries::add);
        }
        return entries;
    }

    /** A string; empty where the field is absent or of another type. */
    Optional<String> text(String name, String what) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isTextual()) {
            problem(name, what + " belongs here, not " + kind(node));
        }
        return node.isTextual() ? Optional.of(node.textValue()) : Optional.empty();
    }

    /** A whole number between two bounds, both included. */
    int integer(String name, int min, int max, int otherwise) {
        JsonNode node = node(name);
        if (node.isMissingNode()) {
            return otherwise;
        }
        String fits = "a whole number from " + min + " to " + max;
        if (!node.isNumber()) {
            problem(name, fits + " belongs here, not " + kind(node));
        } else if (!node.isIntegralNumber()
                || !node.canConvertToInt()
                || node.intValue() < min
                || node.intValue() > max) {
            problem(name, node.asText() + " is not " + fits);
        } else {
            return node.intValue();
        }
        return otherwise;
    }

    /** True or false. */
    boolean flag(String name, boolean otherwise) {
        JsonNode node = node(name);
        if (!node.isMissingNode() && !node.isBoolean()) {
            problem(name, "true or false belongs here, not " + kind(node));
        }
        return node.isBoolean() ? node.booleanValue() : otherwise;
    }

    /** One of the names {@code built}; one of {@code notBuilt} is refused as such. */
    String choice(String name, List<String> built, List<String> notBuilt, String otherwise) {
        String fits = quoted(built);
        Optional<String> text = text(name, "one of " + fits);
        if (text.isEmpty() || built.contains(text.get())) {
            return text.orElse(otherwise);
        }
        if (notBuilt.contains(text.get())) {
            problem(name, "\"" + text.get() + "\" is not built yet; what is built: " + fits);
        } else {
            problem(
                    name,
                    "\"" + text.get() + "\" is not one of " + fits
                            + (notBuilt.isEmpty() ? "" : " (not built yet: " + quoted(notBuilt) + ")"));
        }
        return otherwise;
    }

    /** Refuses a field that the design has and this release has not, whatever its value. */
    void notBuilt(String name) {
        if (has(name)) {
            problem(name, "not built yet; leave it out");
        }
    }

    /** Refuses every field that nobody asked for. */
    void nothingElse() {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                problem(name, "unknown field; " + suggestion(name));
            }
        });
    }

    private String suggestion(String name) {
        return known.stream()
                .filter(candidate -> NearMiss.isNear(name, candidate))
                .findFirst()
                .map(candidate -> "did you mean \"" + candidate + "\"?")
                .orElse("known here: " + String.join(", ", known));
    }

    private static String quoted(List<String> names) {
        return names.stream().map(name -> "\"" + name + "\"").collect(Collectors.joining(", "));
    }
}
