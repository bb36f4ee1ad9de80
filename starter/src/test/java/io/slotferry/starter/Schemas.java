package io.slotferry.starter;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.planning.Window;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.SlotferryJson;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** The JSON Schemas of docs/schema, generated from the records that are written and read. */
enum Schemas {
    REQUEST(ExpandRequest.class, "What is asked: the argument of the workflow ExpandCluster, and of -f"),
    PLAN(Plan.class, "What will happen: the field plan of the event plan"),
    PLAN_FILE(
            PlanDocument.class,
            "A plan with the request that it was made for: what plan --out writes and expand --plan reads"),
    STATUS(ExpandStatus.class, "Where a run stands: the answer of the query status, and the field status of its event"),
    REPORT(ExpandResult.class, "How a run ended: the workflow's result, and the field result of the event result"),
    STATE(
            RunRecord.class,
            "What a run leaves for those who take it over: the file -state.json of its worker, which --from reads"),
    EVENT(EventForms.class, "A line of --json");

    /** As {@code PlanFile} writes it. */
    private record PlanDocument(
            int format, String fingerprint, String text, Optional<Plan> plan, ExpandRequest request) {}

    private static final String DURATION = "{\"type\": \"string\", \"format\": \"duration\", \"pattern\": \"^P\"}";
    private static final String ADDRESS = "{\"type\": \"string\", \"pattern\": \":[0-9]{1,5}$\"}";

    /** What is no object in JSON, or another one than the record. */
    private static final Map<Class<?>, String> TEXTS = Map.of(
            Duration.class, DURATION,
            Instant.class, "{\"type\": \"string\", \"format\": \"date-time\"}",
            LocalTime.class, "{\"type\": \"string\", \"pattern\": \"^[0-2][0-9]:[0-5][0-9]\"}",
            ZoneId.class, "{\"type\": \"string\"}",
            NodeId.class, "{\"type\": \"string\", \"pattern\": \"^[0-9a-f]{40}$\"}",
            NodeAddress.class, ADDRESS,
            SlotRanges.class, "{\"type\": \"string\", \"pattern\": \"^([0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*)?$\"}",
            ByteSize.class, "{\"type\": \"string\", \"pattern\": \"^[1-9][0-9]{0,8}(KB|MB|GB)$\"}");

    /** A request is written by people, in shorter forms than it is kept in. */
    private static final Map<Class<?>, String> SHORTER = Map.of(
            ExpandRequest.Replica.class,
            "{\"anyOf\": [" + ADDRESS + ", {\"type\": \"object\", \"properties\": {\"node\": " + ADDRESS
                    + ", \"replicaOf\": " + ADDRESS
                    + "}, \"required\": [\"node\"], \"additionalProperties\": false}]}",
            ExpandRequest.Network.class,
            "{\"type\": \"object\", \"properties\": {\"capacity\": {\"type\": \"string\"}, \"percent\": {\"type\":"
                    + " \"integer\"}}, \"required\": [\"capacity\"], \"additionalProperties\": false}");

    private static final String REQUEST_ELSEWHERE = "{\"type\": \"object\", \"description\": \"as request.json says\"}";

    /** What takes a closed run over, in place of a request. */
    private static final String TAKE_OVER = """
            {"type": "object",
             "properties": {"continue": {"$ref": "#/$defs/ClosedRun"}, "rollback": {"$ref": "#/$defs/ClosedRun"},
                            "pacing": {"$ref": "#/$defs/Pacing"}},
             "oneOf": [{"required": ["continue"]}, {"required": ["rollback"]}],
             "additionalProperties": false}
            """;

    private static final String CLOSED_RUN = """
            {"anyOf": [
              {"type": "string", "minLength": 1, "maxLength": 1000},
              {"type": "object",
               "properties": {"run": {"type": "string"}, "runId": {"type": "string"}},
               "required": ["run"], "additionalProperties": false},
              {"type": "object",
               "properties": {"record": {"type": "object", "description": "as state.json says"}},
               "required": ["record"], "additionalProperties": false}]}
            """;

    /** All else of a request may be left out. */
    private static final Map<Class<?>, Set<String>> NEEDED = Map.of(
            ExpandRequest.class, Set.of("cluster", "backup"),
            ExpandRequest.ClusterRef.class, Set.of("name", "seeds"),
            Window.class, Set.of("from", "to", "zone"));

    private static final Map<Schemas, JsonSchema> COMPILED = new ConcurrentHashMap<>();

    private final Class<?> type;
    private final String description;

    Schemas(Class<?> type, String description) {
        this.type = type;
        this.description = description;
    }

    String file() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-') + ".json";
    }

    /** As the records are now. */
    ObjectNode generated() {
        SchemaGeneratorConfigBuilder builder = new SchemaGeneratorConfigBuilder(
                        SlotferryJson.mapper(), SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(Option.DEFINITIONS_FOR_ALL_OBJECTS);
        if (this == REQUEST) {
            builder.with(Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT);
        }
        builder.forTypesInGeneral()
                .withPropertySorter((unusedOne, unusedOther) -> 0)
                .withCustomDefinitionProvider(
                        (resolved, context) -> custom(resolved.getErasedType()).orElse(null));
        builder.forFields()
                .withTargetTypeOverridesResolver(
                        field -> field.getType() != null && field.getType().isInstanceOf(Optional.class)
                                ? List.of(field.getType().getTypeParameters().get(0))
                                : null)
                .withRequiredCheck(field -> this == REQUEST
                        ? NEEDED.getOrDefault(field.getDeclaringType().getErasedType(), Set.of())
                                .contains(field.getDeclaredName())
                        : !field.getDeclaredType().isInstanceOf(Optional.class));
        ObjectNode schema = new SchemaGenerator(builder.build()).generateSchema(type);
        ObjectNode titled = SlotferryJson.mapper().createObjectNode();
        titled.set("$schema", schema.remove("$schema"));
        titled.put("title", "slotferry " + file().replace(".json", "")).put("description", description);
        titled.setAll(this == REQUEST ? orTakeOver(schema) : this == EVENT ? byName(schema) : schema);
        return titled;
    }

    /** A request as such, or what takes a closed run over. */
    private static ObjectNode orTakeOver(ObjectNode request) {
        ObjectNode either = SlotferryJson.mapper().createObjectNode();
        ObjectNode definitions = either.putObject("$defs");
        definitions.setAll((ObjectNode) request.remove("$defs"));
        definitions.set("Expansion", request);
        definitions.set("TakeOver", tree(TAKE_OVER));
        definitions.set("ClosedRun", tree(CLOSED_RUN));
        ArrayNode ways = either.putArray("anyOf");
        ways.addObject().put("$ref", "#/$defs/Expansion");
        ways.addObject().put("$ref", "#/$defs/TakeOver");
        return either;
    }

    /** The components of {@link EventForms}, each as the form of the event of that name. */
    private static ObjectNode byName(ObjectNode forms) {
        ObjectNode events = SlotferryJson.mapper().createObjectNode();
        events.set("$defs", forms.get("$defs"));
        ArrayNode each = events.putArray("oneOf");
        forms.get("properties").properties().forEach(form -> {
            ObjectNode event = each.addObject();
            event.putObject("properties").putObject("event").put("const", form.getKey());
            event.putArray("required").add("event");
            event.setAll((ObjectNode) form.getValue());
        });
        return events;
    }

    private static ObjectNode tree(String json) {
        try {
            return (ObjectNode) SlotferryJson.mapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private Optional<CustomDefinition> custom(Class<?> described) {
        String text = this == REQUEST && SHORTER.containsKey(described) ? SHORTER.get(described) : TEXTS.get(described);
        if (this != REQUEST && described == ExpandRequest.class) {
            text = REQUEST_ELSEWHERE;
        }
        return Optional.ofNullable(text)
                .map(json -> new CustomDefinition(
                        tree(json), CustomDefinition.DefinitionType.INLINE, CustomDefinition.AttributeInclusion.NO));
    }

    /** What of the JSON does not fit the schema; nothing where all does. */
    Set<String> problems(JsonNode json) {
        JsonSchema compiled =
                COMPILED.computeIfAbsent(this, schema -> JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                        .getSchema(schema.generated()));
        Set<String> problems = new TreeSet<>();
        compiled.validate(json).stream().map(ValidationMessage::getMessage).forEach(problems::add);
        return problems;
    }
}
