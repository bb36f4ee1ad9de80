package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules on a real Temporal server; what they start is told by a script. */
class SchedulesIT {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Until a schedule is made, on a machine that has much else to do. */
    private static final Duration SOON = Duration.ofSeconds(25);

    private static ScriptedTemporal temporal;

    @BeforeAll
    static void start() {
        temporal = ScriptedTemporal.start();
    }

    @AfterAll
    static void stop() {
        temporal.close();
    }

    @Test
    void a_schedule_is_made_shown_changed_held_and_taken_away() {
        Cli.Done made = create("weekly", "orders", "--calendar", "sat,sun 22:00", "--zone", "Europe/Berlin", "--json");
        assertThat(made.code()).as(made.all()).isZero();
        JsonNode schedule = made.event("schedule");
        assertThat(schedule.path("state").asText()).isEqualTo("active");
        assertThat(schedule.path("times").asText()).isEqualTo("sat,sun 22:00 Europe/Berlin");
        assertThat(schedule.at("/request/approval").asText()).isEqualTo("NONE");
        assertThat(schedule.path("catchUp").asText()).isEqualTo("PT10M");
        List<ZonedDateTime> next = next(schedule);
        assertThat(next).hasSize(5).isSorted().allSatisfy(time -> {
            assertThat(time.getHour()).isEqualTo(22);
            assertThat(time.getDayOfWeek().getValue()).isGreaterThan(5);
        });
        assertThat(made.err()).contains("It would start a run at (sat,sun 22:00 Europe/Berlin):");

        // Temporal's lists learn of what is made and taken away a little later.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(run(ScheduleListCommand::new).out())
                        .contains("SCHEDULE", "weekly", "orders", "active")
                        .doesNotContain("slotferry-preview"));
        assertThat(create("weekly", "orders", "--cron", "0 1 * * *", "--zone", "UTC")
                        .err())
                .contains("There is a schedule weekly already; nothing was changed.");

        Cli.Done changed = run(
                ScheduleUpdateCommand::new,
                "weekly",
                "--cron",
                "30 1 * * 6",
                "--catch-up",
                "1h",
                "--pause",
                "5s",
                "--json");
        assertThat(changed.code()).as(changed.all()).isZero();
        assertThat(changed.err())
                .contains("It starts a run at (sat,sun 22:00", "It would start one at (cron 30 1 * * 6");
        JsonNode after = changed.event("schedule");
        assertThat(after.path("catchUp").asText()).isEqualTo("PT1H");
        assertThat(after.at("/request/pacing/pause").asText()).isEqualTo("PT5S");
        assertThat(after.at("/request/cluster/name").asText()).isEqualTo("orders");
        assertThat(next(after)).hasSize(5).allMatch(time -> time.getHour() == 1 && time.getMinute() == 30);

        assertThat(run(SchedulePauseCommand::new, "weekly", "--why", "holidays").out())
                .contains("Schedule weekly: paused (paused by", "holidays)");
        assertThat(run(ScheduleResumeCommand::new, "weekly").out()).contains("Schedule weekly: active");
        assertThat(run(ScheduleShowCommand::new, "weekly").out())
                .contains(
                        "Starts: Expand orders by 1 master and 0 replicas, at any hour, since the request has no window",
                        "One run at a time; a start missed for more than 1 h is dropped; paused where a run fails.");
        assertThat(run(ScheduleDeleteCommand::new, "weekly").code()).isEqualTo(ExitCode.BAD_REQUEST.code());
        assertThat(run(ScheduleDeleteCommand::new, "weekly", "-y").out()).contains("Deleted weekly.");
        Cli.Done gone = run(ScheduleShowCommand::new, "weekly");
        assertThat(gone.err()).contains("There is no schedule weekly in namespace \"default\"");
        assertThat(gone.code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void a_schedule_that_is_triggered_starts_a_run_that_commands_find() {
        assertThat(create("yearly", "scheduled", "--cron", "0 1 1 1 *", "--zone", "UTC")
                        .code())
                .isZero();

        Cli.Done triggered = run(ScheduleTriggerCommand::new, "yearly");

        assertThat(triggered.code()).as(triggered.all()).isZero();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(started("yearly")).hasSize(1));
        String workflowId = started("yearly").get(0);
        assertThat(workflowId).startsWith("expand-scheduled-");
        assertThat(cli().run(WatchCommand::new, workflowId).out()).contains("scheduled: COMPLETED");
    }

    @Test
    void a_schedule_for_one_time_starts_one_run_and_is_over() {
        Instant soon = Instant.now().plus(SOON);
        String time =
                soon.atZone(BERLIN).toLocalDateTime().withNano(0).toString().replace('T', ' ');
        Cli.Done made = create("tonight", "onetime", "--once", time, "--zone", "Europe/Berlin", "--json");
        assertThat(made.code()).as(made.all()).isZero();
        assertThat(made.event("schedule").path("times").asText())
                .startsWith("once, ")
                .endsWith(" Europe/Berlin");
        assertThat(next(made.event("schedule"))).hasSize(1);

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(started("tonight")).hasSize(1));
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                        run(ScheduleShowCommand::new, "tonight").out())
                .contains("Schedule tonight: over", "none within a year", "expand-onetime-"));
    }

    @Test
    void a_person_who_answers_no_makes_no_schedule_and_leaves_none_behind() {
        Cli.Done done = create(cli().person(80, "n"), "never", "orders", "--cron", "0 1 * * *", "--zone", "UTC");

        assertThat(done.out()).contains("It would start a run at (cron 0 1 * * * UTC):", "Nothing was made.");
        assertThat(done.code()).isEqualTo(ExitCode.REFUSED.code());
        assertThat(run(ScheduleShowCommand::new, "never").code()).isEqualTo(ExitCode.NOT_FOUND.code());
    }

    @Test
    void the_windows_zone_is_the_schedules_where_nothing_else_is_said() {
        Cli.Done done = create(
                "windowed",
                "orders",
                "--calendar",
                "22:00",
                "--window",
                "23:00-05:00",
                "--zone",
                "Europe/Berlin",
                "--prepare-before",
                "30m",
                "--json");

        assertThat(done.code()).as(done.all()).isZero();
        assertThat(done.event("schedule").path("zone").asText()).isEqualTo("Europe/Berlin");
        assertThat(done.event("schedule").at("/request/window/zone").asText()).isEqualTo("Europe/Berlin");
        assertThat(done.event("schedule").at("/request/prepareBefore").asText()).isEqualTo("PT30M");
        assertThat(done.err()).contains("window 23:00-05:00 Europe/Berlin");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--calendar;22:00 | Whose clock the times are read on is not said",
                "--calendar;22:00;--zone;Mars | --zone: \"Mars\" is not a time zone",
                "--calendar;25:00;--zone;UTC | --calendar: \"25:00\" is not a time of day",
                "--calendar;tomorrow;--zone;UTC | --calendar: \"tomorrow\" is not such as",
                "--calendar;foo 22:00;--zone;UTC | --calendar: \"foo\" is no day of the week",
                "--once;2020-01-01 01:00;--zone;UTC | --once: 2020-01-01 01:00 in UTC is over",
                "--once;2020-13-01 01:00;--zone;UTC | --once: \"2020-13-01 01:00\" is not such as",
                "--zone;UTC | when runs start is said by one of --calendar, --cron and --once",
                "--cron;0 1 * * *;--once;02:00;--zone;UTC | when runs start is said by one of",
                "--cron;whenever;--zone;UTC | Temporal does not take this schedule:",
                "--cron;0 1 * * *;--zone;UTC;--catch-up;1d | --catch-up: \"1d\" is not a duration from 10s to 6h",
                "--cron;0 1 * * *;--zone;UTC;--pause;soon | pacing.pause: \"soon\" is not an ISO-8601 duration"
            })
    void a_schedule_that_does_not_fit_is_refused_with_the_reason(String options, String message) {
        Cli.Done done = create("refused", "orders", options.split(";"));

        assertThat(done.err()).contains(message);
        assertThat(done.code()).isEqualTo(ExitCode.BAD_REQUEST.code());
    }

    private static List<String> started(String id) {
        List<String> workflows = new ArrayList<>();
        run(ScheduleShowCommand::new, id, "--json")
                .event("schedule")
                .path("started")
                .forEach(start -> workflows.add(start.path("workflowId").asText()));
        return workflows;
    }

    private static List<ZonedDateTime> next(JsonNode schedule) {
        List<ZonedDateTime> times = new ArrayList<>();
        schedule.path("next")
                .forEach(time -> times.add(Instant.parse(time.asText()).atZone(BERLIN)));
        return times;
    }

    private static Cli.Done create(String id, String cluster, String... more) {
        return create(cli(), id, cluster, more);
    }

    private static Cli.Done create(Cli cli, String id, String cluster, String... more) {
        List<String> options = new ArrayList<>(List.of(
                id, "--name", cluster, "--seed", "10.0.0.1:7000", "--add-master", "10.0.0.4:7000", "--backup", "none"));
        options.addAll(List.of(more));
        return cli.run(ScheduleCreateCommand::new, options.toArray(String[]::new));
    }

    private static Cli cli() {
        return new Cli(temporal.address());
    }

    private static Cli.Done run(Function<Surroundings, Object> command, String... arguments) {
        return cli().run(command, arguments);
    }
}
