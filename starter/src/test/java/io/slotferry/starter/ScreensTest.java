package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.BatchProgress.Earlier;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionExecutionStartWorkflow;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleCalendarSpec;
import io.temporal.client.schedules.ScheduleDescription;
import io.temporal.client.schedules.ScheduleInfo;
import io.temporal.client.schedules.ScheduleSpec;
import io.temporal.common.SearchAttributes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Screens against golden files, {@code src/test/resources/screens/NAME-WIDTH.txt}. */
class ScreensTest {
    private static final Instant NOW = Samples.STARTED.plusSeconds(600);
    private static final List<Instant> STARTS =
            List.of(Instant.parse("2026-03-28T21:00:00Z"), Instant.parse("2026-03-29T20:00:00Z"));
    private static final ObjectNode REQUEST = request();
    private static final Optional<String> PAGE =
            Optional.of("http://127.0.0.1:8233/namespaces/default/workflows/expand-orders/run-1");

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_run_that_moves_shows_batch_slots_rate_and_time_left(int width) {
        Look look = look(
                Samples.status(Phase.RESHARD, RunState.RUNNING, "batch 17 of 41: 1600-1699 to 10.0.0.4:7000", 17),
                Optional.of(new BatchProgress(17, 32, 100, 8_000, 1)),
                Optional.empty());

        assertScreen("running", width, text(width).display(look, OptionalLong.of(12_400), PAGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_run_that_waits_says_for_what_and_until_when(int width) {
        Look look = look(
                Samples.status(Phase.PLAN, RunState.WAITING, "plan 01234567 waits for approval", 0),
                Optional.empty(),
                Optional.empty());

        assertScreen("waiting", width, text(width).whole(look, PAGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void an_activity_that_is_tried_again_says_why(int width) {
        Look look = look(
                Samples.status(Phase.RESHARD, RunState.RUNNING, "batch 17 of 41", 17),
                Optional.empty(),
                Optional.of(new Look.Retry(
                        "MoveBatch",
                        3,
                        "2 of 4 views disagree on slot 1632\n  10.0.0.3:7000 sees 10.0.0.1:7000",
                        Optional.of(FailureKind.VIEWS_DISAGREE),
                        Optional.of(NOW.minusSeconds(70)),
                        Optional.of(NOW.plusSeconds(230)),
                        Optional.of(NOW.plusSeconds(5)))));

        assertScreen("retrying", width, text(width).display(look, OptionalLong.empty(), PAGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_halted_run_shows_the_halt_and_what_can_be_done(int width) {
        Look look = look(
                Samples.status(Phase.RESHARD, RunState.HALTED, Samples.HALT.message(), 17),
                Optional.empty(),
                Optional.empty());

        assertScreen("halted", width, text(width).whole(look, PAGE));
    }

    @Test
    void batches_of_an_activity_that_the_run_has_not_heard_of_count_with_the_one_in_hand() {
        ExpandStatus status = Samples.status(Phase.RESHARD, RunState.RUNNING, "batches 17 to 38 of 41", 17);
        Optional<BatchProgress> third = Optional.of(new BatchProgress(
                19,
                32,
                100,
                8_000,
                1,
                Optional.empty(),
                Optional.empty(),
                Optional.of(new Earlier(2, 200, 50_000, 2))));

        Look look = look(status, third, Optional.empty());

        assertThat(look.batch()).isEqualTo(19);
        assertThat(look.slotsMoved()).isEqualTo(status.slotsMoved() + 232);
        assertThat(look.keysMoved()).isEqualTo(status.keysMoved() + 58_000);
        assertThat(look.bytesMoved()).isEqualTo(status.bytesMoved() + 3);
        assertThat(text(80).display(look, OptionalLong.empty(), PAGE).get(0))
                .endsWith("batch 19 of 41, 32 of 100 slots");
        // Once the run has heard of them, the heartbeat of the activity that has ended says nothing new.
        Look later = look(Samples.status(Phase.RESHARD, RunState.RUNNING, "batch 20/41", 20), third, Optional.empty());
        assertThat(later.inHand()).isEmpty();
        assertThat(later.batch()).isEqualTo(20);
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_run_that_no_worker_answers_for_says_so(int width) {
        Look look = new Look(
                new Run("expand-orders", "run-1"),
                WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
                "slotferry",
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                NOW);

        assertScreen("no-worker", width, text(width).whole(look, PAGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_completed_run_shows_each_shard_before_and_after(int width) {
        Ending ending = ending(RunState.COMPLETED, ExitCode.OK);

        assertScreen(
                "completed", width, new ResultText(width, Style.PLAIN).ending(ending, Optional.of(Samples.plan())));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_stopped_run_says_how_far_it_came_and_how_to_go_on(int width) {
        assertScreen(
                "stopped",
                width,
                new ResultText(width, Style.PLAIN)
                        .ending(ending(RunState.STOPPED, ExitCode.STOPPED), Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_backup_says_where_it_is_and_how_it_was_proven(int width) {
        assertScreen(
                "backup",
                width,
                new ResultText(width, Style.PLAIN)
                        .ending(
                                new Ending(ExitCode.OK, Optional.of(Samples.backedUp()), Optional.empty()),
                                Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void failed_checks_are_shown_with_evidence_and_remedy(int width) {
        assertScreen("preflight", width, new ResultText(width, Style.PLAIN).preflight(Samples.preflight(true)));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void preflight_alone_shows_every_answer_the_worst_first(int width) {
        assertScreen("checks", width, new PreflightText(width, Style.PLAIN).lines(Samples.preflight(true), true));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_refused_run_says_what_stands_in_its_way(int width) {
        Ending refused = new Ending(
                ExitCode.REFUSED,
                Optional.of(Samples.result("expand-orders", "run-1", "orders", RunState.REFUSED, false)),
                Samples.result("expand-orders", "run-1", "orders", RunState.REFUSED, false)
                        .halt());

        assertScreen("refused", width, new ResultText(width, Style.PLAIN).ending(refused, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void what_doctor_found_is_shown_in_the_order_in_which_a_request_goes(int width) {
        assertScreen(
                "doctor",
                width,
                new DoctorText(width, Style.PLAIN)
                        .lines(List.of(
                                Diagnosis.answer("temporal", Verdict.PASS, "127.0.0.1:7233 answers; server 1.29.0", ""),
                                Diagnosis.answer(
                                        "namespace",
                                        Verdict.PASS,
                                        "\"default\" is there; closed runs are kept for 24 h",
                                        ""),
                                Diagnosis.answer(
                                        "worker",
                                        Verdict.FAIL,
                                        "none polls task queue \"slotferry\"",
                                        "slotferry worker, with the same TEMPORAL_* settings; or slotferry up"),
                                Diagnosis.answer(
                                        "search-attributes",
                                        Verdict.WARN,
                                        "not registered as Keyword: SlotferryPhase; runs cannot be searched by them, and"
                                                + " do without",
                                        Names.registration("default")),
                                Diagnosis.answer(
                                        "credentials",
                                        Verdict.NOT_APPLICABLE,
                                        "not asked: what stands above comes first",
                                        ""))));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void what_is_answered_to_each_command_says_what_happens_next(int width) {
        Run run = new Run("expand-orders", "run-1");
        List<String> lines = Stream.of(
                        new CommandAnswer(
                                RunState.RUNNING,
                                "the plan begins, once it is seen that the cluster is still the same"),
                        new CommandAnswer(
                                RunState.RUNNING,
                                "the batch in hand is finished, then the run is paused; slotferry resume orders lets it go"
                                        + " on"),
                        new CommandAnswer(RunState.RUNNING, "the run goes on from the batch boundary where it stands"),
                        new CommandAnswer(
                                RunState.RUNNING,
                                "pause PT10S -> PT30S; the batch in hand is finished as it began, and the next one goes"
                                        + " like this"),
                        new CommandAnswer(RunState.RUNNING, "the step that halted is tried again"),
                        new CommandAnswer(
                                RunState.HALTED,
                                "the slot in hand is finished, then every slot goes back to where it was, and the new nodes"
                                        + " are removed; slotferry watch orders shows it"),
                        new CommandAnswer(
                                RunState.PAUSED,
                                "the slot in hand is finished, then the run ends; slotferry status orders shows it"))
                .map(answer -> Commands.text(run, answer))
                .toList();

        assertScreen("answers", width, lines);
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void schedules_are_listed_with_their_next_start(int width) {
        assertScreen(
                "schedules",
                width,
                ScheduleText.list(
                        List.of(
                                new ScheduleText.Row("weekly", "orders", "active", STARTS),
                                new ScheduleText.Row("tonight", "carts", "paused", List.of())),
                        width));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void a_schedule_shows_what_it_starts_and_when(int width) {
        ScheduleInfo info = new ScheduleInfo(
                1,
                0,
                0,
                List.of(),
                List.of(new ScheduleActionResult(
                        NOW, NOW, new ScheduleActionExecutionStartWorkflow("expand-orders-2026-01-02", "run-1"))),
                STARTS,
                NOW,
                NOW);
        ScheduleDescription described = new ScheduleDescription(
                "weekly", info, schedule(), Map.of(), SearchAttributes.EMPTY, Map.of(), SlotferryJson.dataConverter());

        assertScreen("schedule", width, ScheduleText.whole(described, STARTS));
    }

    @ParameterizedTest
    @ValueSource(ints = {80, 120})
    void before_a_schedule_is_made_its_next_starts_are_shown(int width) {
        assertScreen("schedule-preview", width, ScheduleText.starts("It would start a run at", schedule(), STARTS));
    }

    private static Schedule schedule() {
        ScheduleSpec spec = ScheduleSpec.newBuilder()
                .setCalendars(List.of(ScheduleCalendarSpec.newBuilder()
                        .setComment("sat,sun 22:00")
                        .build()))
                .setTimeZoneName("Europe/Berlin")
                .build();
        return Schedules.of(REQUEST, Names.TASK_QUEUE, spec, Duration.ofMinutes(10));
    }

    private static ObjectNode request() {
        try {
            return (ObjectNode) SlotferryJson.mapper().readTree("""
                    {"cluster": {"name": "orders", "seeds": ["10.0.0.1:7000"]},
                     "add": {"masters": ["10.0.0.4:7000"], "replicas": ["10.0.0.5:7000"]},
                     "backup": "file:/var/backups/slotferry", "approval": "NONE",
                     "window": {"from": "22:00", "to": "05:00", "zone": "Europe/Berlin"}}
                    """);
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    private static Ending ending(RunState outcome, ExitCode exit) {
        return new Ending(
                exit,
                Optional.of(Samples.result("expand-orders", "run-1", "orders", outcome, false)),
                Optional.empty());
    }

    private static StatusText text(int width) {
        return new StatusText(width, Style.PLAIN, ZoneOffset.UTC);
    }

    private static Look look(ExpandStatus status, Optional<BatchProgress> progress, Optional<Look.Retry> retry) {
        return new Look(
                new Run("expand-orders", "run-1"),
                WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING,
                "slotferry",
                Optional.of(status),
                progress,
                retry,
                NOW);
    }

    private static void assertScreen(String name, int width, List<String> lines) {
        String file = "/screens/" + name + "-" + width + ".txt";
        String screen = String.join("\n", lines) + "\n";
        assertThat(screen).as("the screen of %s", file).isEqualTo(golden(file, screen));
    }

    private static String golden(String file, String screen) {
        try (InputStream golden = ScreensTest.class.getResourceAsStream(file)) {
            if (golden == null) {
                throw new AssertionError("There is no " + file + "; where this is right, it holds:\n" + screen);
            }
            return new String(golden.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
