package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.Attachment;
import io.slotferry.planning.Balance;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Evenness;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.contract.TakeOverReader;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** docs/schema is what the program writes and reads. */
class SchemasTest {
    private static final Pattern EVENT = Pattern.compile("\\bevent\\(\\s*\"([a-z]+)\"");

    @ParameterizedTest
    @EnumSource(Schemas.class)
    void the_published_schema_is_that_of_the_records(Schemas schema) throws IOException {
        Path file = Path.of("..", "docs", "schema", schema.file());
        String generated = schema.generated().toPrettyString() + "\n";
        Path right = Files.createDirectories(Path.of("target", "schema")).resolve(schema.file());
        Files.writeString(right, generated);
        assertThat(published(file))
                .as("docs/schema/%s; where the change is meant, copy starter/%s there", schema.file(), right)
                .isEqualTo(generated);
    }

    private static String published(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    @ParameterizedTest
    @EnumSource(RunState.class)
    void a_status_in_any_state_fits_its_schema(RunState state) {
        for (Phase phase : Phase.values()) {
            assertThat(Schemas.STATUS.problems(json(Samples.status(phase, state, "a reason", 17))))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(RunState.class)
    void a_report_of_any_outcome_fits_its_schema(RunState outcome) {
        for (boolean nothingToDo : new boolean[] {true, false}) {
            assertThat(Schemas.REPORT.problems(
                            json(Samples.result("expand-orders", "run-1", "orders", outcome, nothingToDo))))
                    .isEmpty();
        }
    }

    @Test
    void a_plan_fits_its_schema() {
        Plan plan = Samples.plan();
        Plan whole = new Plan(
                plan.fingerprint(),
                plan.shards(),
                List.of(new Batch(List.of(new Lane(0, 3, SlotRanges.parse("0-99,200"))))),
                List.of(new Attachment(new Member(Samples.id(5), Samples.node(5, 7001)), 3)),
                Plan.AttachOrder.BEFORE_RESHARD,
                plan.estimate(),
                SlotRanges.parse("7"),
                Optional.of(new Evenness(Balance.KEYS, 1, 2, 3, 4)));

        assertThat(Schemas.PLAN.problems(json(plan))).isEmpty();
        assertThat(Schemas.PLAN.problems(json(whole))).isEmpty();
    }

    @Test
    void a_request_with_every_field_fits_its_schema_as_it_is_typed() throws IOException {
        JsonNode request = tree("""
                {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"], "credentials": "orders"},
                 "add": {"masters": ["10.0.0.4:7000"],
                         "replicas": ["10.0.0.5:7000", {"node": "10.0.0.6:7000", "replicaOf": "10.0.0.4:7000"}]},
                 "backup": "file:backups", "backupOptions": {"restoreCheck": true, "parallel": 1, "maxAge": "PT4H"},
                 "approval": "NONE", "stopAfter": "PLAN", "balance": "KEYS",
                 "batch": {"slots": 50, "lanes": 2, "migration": "KEYS"},
                 "pacing": {"mode": "STEADY", "pause": "PT1S"}, "attachReplicas": "AUTO", "onFailure": "ROLL_BACK",
                 "accept": ["rights@10.0.0.4:7000"], "bigKeys": {"limit": "10MB", "hardLimit": "100MB"},
                 "thresholds": {"cpu": 60, "memory": 70, "meanLatency": "PT0.01S", "p99Latency": "PT0.1S",
                                "replicationLag": "PT1S", "network": {"capacity": "10 Gbit/s", "percent": 40}},
                 "window": {"from": "01:00", "to": "05:00", "zone": "Europe/Berlin"}, "prepareBefore": "PT3H"}
                """);
        RequestReader.read(request);

        assertThat(Schemas.REQUEST.problems(request)).isEmpty();
        assertThat(Schemas.REQUEST.problems(tree(RequestReader.EXAMPLE))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000']}, 'backup': 'none', 'bogus': 1}",
                "{'cluster': {'name': 'orders', 'sedes': ['10.0.0.1:7000']}, 'backup': 'none'}",
                "{'cluster': {'name': 'orders', 'seeds': ['10.0.0.1']}, 'backup': 'none'}",
                "{'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000']}, 'backup': 'none', 'approval': 'maybe'}"
            })
    void what_the_reader_refuses_by_its_form_the_schema_refuses_too(String request) throws IOException {
        assertThat(Schemas.REQUEST.problems(tree(request.replace('\'', '"')))).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'continue': 'expand-orders'}",
                "{'rollback': {'run': 'expand-orders', 'runId': 'r-1'}}",
                "{'continue': {'run': 'expand-orders'}, 'pacing': {'mode': 'FAST'}}"
            })
    void what_takes_a_closed_run_over_fits_the_schema_of_requests(String takeOver) throws IOException {
        JsonNode json = tree(takeOver.replace('\'', '"'));
        TakeOverReader.read(json);

        assertThat(Schemas.REQUEST.problems(json)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'continue': 7}",
                "{'continue': 'expand-orders', 'rollback': 'expand-orders'}",
                "{'continue': {'runId': 'r-1'}}",
                "{'continue': 'expand-orders', 'backup': 'none'}"
            })
    void what_takes_no_run_over_fits_neither_the_reader_nor_the_schema(String takeOver) throws IOException {
        JsonNode json = tree(takeOver.replace('\'', '"'));

        assertThatThrownBy(() -> TakeOverReader.read(json)).isInstanceOf(BadRequest.class);
        assertThat(Schemas.REQUEST.problems(json)).isNotEmpty();
    }

    @Test
    void the_record_of_a_run_fits_its_schema_and_what_goes_on_from_it_that_of_requests() throws IOException {
        ObjectNode record = (ObjectNode) json(new RunRecord(
                RequestReader.read(tree(RequestReader.EXAMPLE)),
                Samples.plan(),
                List.of(Samples.id(1), Samples.id(2)),
                List.of(),
                new Settings(
                        "cluster-allow-replica-migration",
                        List.of(new Settings.Prior(new Member(Samples.id(1), Samples.node(1, 7000)), "yes"))),
                "expand-orders",
                "run-1",
                List.of("run-0"),
                Samples.STARTED));

        assertThat(Schemas.STATE.problems(record)).isEmpty();
        assertThat(Schemas.REQUEST.problems(record.get("request"))).isEmpty();
        ObjectNode asked = SlotferryJson.mapper().createObjectNode();
        asked.putObject("continue").set("record", record);
        assertThat(Schemas.REQUEST.problems(asked)).isEmpty();
    }

    @Test
    void a_plan_that_was_written_to_a_file_fits_its_schema(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("plan.json");
        PlanFile.write(
                file,
                (ObjectNode) tree(RequestReader.EXAMPLE),
                Map.of("fingerprint", Samples.FINGERPRINT, "text", "2 masters join.", "plan", Samples.plan()));
        JsonNode written = tree(Files.readString(file));

        assertThat(Schemas.PLAN_FILE.problems(written)).isEmpty();
        assertThat(Schemas.PLAN.problems(written.get("plan"))).isEmpty();
        assertThat(Schemas.REQUEST.problems(written.get("request"))).isEmpty();
    }

    /** Of commands that talk to Temporal, the tests that run them check each line. */
    @Test
    void every_event_that_the_code_knows_has_a_form() throws IOException {
        Set<String> told = new TreeSet<>();
        // The demo's are left out: they are promised to nobody.
        for (String folder : List.of(
                "starter/src/main", "distribution/src/main", "sandbox/src/main/java/io/slotferry/sandbox/race")) {
            try (Stream<Path> files = Files.walk(Path.of("..", folder))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    EVENT.matcher(Files.readString(file)).results().forEach(found -> told.add(found.group(1)));
                }
            }
        }

        assertThat(Arrays.stream(EventForms.class.getRecordComponents()).map(RecordComponent::getName))
                .containsExactlyInAnyOrderElementsOf(told);
        assertThat(Schemas.EVENT.problems(tree("{\"event\": \"unheard-of\"}"))).isNotEmpty();
    }

    private static JsonNode json(Object value) {
        return SlotferryJson.mapper().valueToTree(value);
    }

    private static JsonNode tree(String text) throws IOException {
        return SlotferryJson.mapper().readTree(text);
    }
}
