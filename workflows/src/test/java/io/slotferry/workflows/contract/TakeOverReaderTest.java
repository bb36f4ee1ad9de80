package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Estimate;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.TakeOver.Direction;
import io.slotferry.workflows.contract.TakeOver.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TakeOverReaderTest {
    private static final Member OLD = new Member(new NodeId("a".repeat(40)), new NodeAddress("10.0.0.1", 7000));
    private static final Member NEW = new Member(new NodeId("b".repeat(40)), new NodeAddress("10.0.0.1", 7001));

    @Test
    void a_workflow_id_names_the_latest_run_that_changed_anything() {
        assertThat(read("{'continue': 'expand-orders'}"))
                .isEqualTo(new TakeOver(
                        Direction.CONTINUE,
                        new Origin(Optional.of("expand-orders"), Optional.empty(), Optional.empty()),
                        Optional.empty()));
    }

    @Test
    void one_run_is_named_by_workflow_id_and_run_id() {
        assertThat(read("{'rollback': {'run': 'expand-orders', 'runId': 'r-1'}}"))
                .isEqualTo(new TakeOver(
                        Direction.ROLLBACK,
                        new Origin(Optional.of("expand-orders"), Optional.of("r-1"), Optional.empty()),
                        Optional.empty()));
    }

    @Test
    void the_new_run_may_have_a_speed_of_its_own() {
        assertThat(read("{'continue': 'expand-orders', 'pacing': {'mode': 'FAST'}}")
                        .pacing())
                .contains(new Pacing(Pacing.Mode.FAST, Duration.ZERO));
    }

    @Test
    void a_record_reads_back_as_it_was_written() {
        RunRecord record = record();

        assertThat(read(with(tree(record))).origin().record()).contains(record);
    }

    @Test
    void what_asks_for_a_new_expansion_asks_for_no_take_over() {
        assertThat(TakeOverReader.asks(json("{'cluster': {'name': 'orders'}}"))).isFalse();
        assertThat(TakeOverReader.asks(json("null"))).isFalse();
        assertThat(TakeOverReader.asks(json("'continue'"))).isFalse();
        assertThat(TakeOverReader.asks(null)).isFalse();
    }

    @Test
    void nothing_is_ignored() {
        assertProblems(
                "{'continue': 'expand-orders', 'rollback': 'expand-orders', 'backup': 'none', 'pacing': {'pause': 3}}",
                "rollback: a run either continues another one or rolls it back",
                "pacing.pause: ",
                "backup: unknown field; known here: continue, rollback, pacing");
        assertProblems(
                "{'continue': {'runid': 'x'}}", "continue.runid: unknown field; did you mean \"runId\"?", "continue: ");
        assertProblems("{'continue': {'run': '', 'runId': 5}}", "continue.runId: a run ID", "continue.run: the ID of");
        assertProblems("{'rollback': 7}", "rollback: a workflow ID");
        assertProblems("{'rollback': null}", "rollback: a workflow ID");
        assertProblems("{'rollback': {}}", "rollback: a workflow ID");
    }

    @Test
    void a_record_names_its_run_itself() {
        ObjectNode json = with(tree(record()));
        ((ObjectNode) json.get("continue")).put("run", "expand-orders");

        assertThat(problems(json)).containsExactly("continue.record: it names its run itself; leave run and runId out");
    }

    @Test
    void a_record_of_another_release_or_cut_short_is_refused_by_its_paths() {
        ObjectNode record = tree(record());
        record.put("surprise", 1);
        record.remove("members");
        ((ObjectNode) record.get("request")).put("surprise", 2);
        ((ObjectNode) record.at("/plan/shards/1")).remove("master");
        ((ObjectNode) record.at("/settings/priors/0")).put("value", 1).put("surprise", 3);

        assertThat(problems(with(record)))
                .anyMatch(problem -> problem.startsWith("continue.record.request.surprise: unknown field"))
                .anyMatch(problem -> problem.startsWith("continue.record.plan.shards[1]"))
                .anyMatch(problem -> problem.startsWith("continue.record.members: missing"))
                .anyMatch(problem -> problem.startsWith("continue.record.settings.priors[0].surprise: "))
                .anyMatch(problem -> problem.startsWith("continue.record.surprise: unknown field"))
                .hasSize(5);
    }

    @Test
    void a_plan_that_was_changed_by_hand_is_refused() {
        ObjectNode twice = tree(record());
        ((ArrayNode) twice.at("/plan/batches")).add(twice.at("/plan/batches/0").deepCopy());
        ObjectNode strange = tree(record());
        ((ObjectNode) strange.at("/plan/batches/0/lanes/0")).put("target", 7);
        ObjectNode uncovered = tree(record());
        ((ObjectNode) uncovered.at("/plan/shards/0")).put("before", "0-16000");

        assertThat(problems(with(twice))).singleElement().asString().startsWith("continue.record.plan: batch 2 moves");
        assertThat(problems(with(strange))).singleElement().asString().contains("names a shard that it does not have");
        assertThat(problems(with(uncovered))).singleElement().asString().contains("its shards owned 16001 slots");
    }

    private static void assertProblems(String text, String... beginnings) {
        List<String> problems = problems(json(text));
        assertThat(problems).hasSize(beginnings.length);
        for (String beginning : beginnings) {
            assertThat(problems).anyMatch(problem -> problem.startsWith(beginning));
        }
    }

    private static List<String> problems(JsonNode json) {
        return catchThrowableOfType(BadRequest.class, () -> TakeOverReader.read(json))
                .problems();
    }

    private static TakeOver read(String text) {
        return read(json(text));
    }

    private static TakeOver read(JsonNode json) {
        assertThat(TakeOverReader.asks(json)).isTrue();
        return TakeOverReader.read(json);
    }

    private static JsonNode json(String text) {
        try {
            return SlotferryJson.mapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static ObjectNode tree(RunRecord record) {
        return SlotferryJson.mapper().valueToTree(record);
    }

    private static ObjectNode with(ObjectNode record) {
        ObjectNode json = SlotferryJson.mapper().createObjectNode();
        json.putObject("continue").set("record", record);
        return json;
    }

    private static RunRecord record() {
        Plan plan = new Plan(
                "f".repeat(64),
                List.of(
                        new PlannedShard(OLD, List.of(), SlotRanges.of(new SlotRange(0, 16_383)), 8_192, false),
                        new PlannedShard(NEW, List.of(), SlotRanges.none(), 8_192, true)),
                List.of(new Batch(List.of(new Lane(0, 1, SlotRanges.of(new SlotRange(0, 8_191)))))),
                List.of(),
                Plan.AttachOrder.AFTER_RESHARD,
                new Estimate(1_000, Duration.ofSeconds(5)));
        ExpandRequest request = RequestReader.read(json("""
                {'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7000'], 'credentials': 'orders'},
                 'add': {'masters': ['10.0.0.1:7001'],
                         'replicas': ['10.0.0.2:7001', {'node': '10.0.0.3:7001', 'replicaOf': '10.0.0.1:7001'}]},
                 'backup': 'none', 'accept': ['replica-in-sync']}"""));
        return new RunRecord(
                request,
                plan,
                List.of(OLD.id()),
                List.of(),
                new Settings("cluster-allow-replica-migration", List.of(new Settings.Prior(OLD, "yes"))),
                "expand-orders",
                "r-1",
                List.of("r-0"),
                Instant.parse("2026-01-02T03:04:05Z"));
    }
}
