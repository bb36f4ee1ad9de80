package io.slotferry.starter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.RequestReader;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleActionExecution;
import io.temporal.client.schedules.ScheduleActionExecutionStartWorkflow;
import io.temporal.client.schedules.ScheduleActionResult;
import io.temporal.client.schedules.ScheduleActionStartWorkflow;
import io.temporal.client.schedules.ScheduleCalendarSpec;
import io.temporal.client.schedules.ScheduleDescription;
import io.temporal.client.schedules.ScheduleSpec;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A schedule as text and as fields of an event; pure. */
final class ScheduleText {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("EEE yyyy-MM-dd HH:mm:ss xxx", Locale.ROOT);

    private ScheduleText() {}

    /** The request of the runs that it starts. */
    static ObjectNode request(Schedule schedule) {
        JsonNode json = action(schedule).getArguments().get(0, JsonNode.class);
        if (json instanceof ObjectNode request) {
            return request;
        }
        throw new CommandException(ExitCode.FAILED, "The schedule holds no request.", "delete it, and create it again");
    }

    static ScheduleActionStartWorkflow action(Schedule schedule) {
        if (schedule.getAction() instanceof ScheduleActionStartWorkflow action) {
            return action;
        }
        throw new CommandException(ExitCode.FAILED, "The schedule starts no workflow.", "slotferry schedule list");
    }

    static ZoneId zone(Schedule schedule) {
        String name = schedule.getSpec().getTimeZoneName();
        return ZoneId.of(name == null || name.isEmpty() ? "UTC" : name);
    }

    /** {@code sat,sun 22:00 Europe/Berlin}. */
    static String times(Schedule schedule) {
        String comments = comments(schedule.getSpec())
                .filter(comment -> comment != null && !comment.isEmpty())
                .collect(Collectors.joining("; "));
        String what = comments.isEmpty() ? "times that were not set by slotferry" : comments;
        return what.startsWith("once, ") ? what : what + " " + zone(schedule);
    }

    /** A server makes calendars of cron expressions, with their comments. */
    private static Stream<String> comments(ScheduleSpec spec) {
        return Stream.concat(
                Stream.ofNullable(spec.getCronExpressions())
                        .flatMap(List::stream)
                        .map(cron -> cron.substring(cron.indexOf('#') + 1).strip()),
                Stream.ofNullable(spec.getCalendars()).flatMap(List::stream).map(ScheduleCalendarSpec::getComment));
    }

    /** Five lines at most, by the clock of the zone. */
    static List<String> next(List<Instant> times, ZoneId zone) {
        return times.isEmpty()
                ? List.of("  none within a year")
                : times.stream().map(time -> "  " + clock(time, zone)).toList();
    }

    /** When a schedule starts runs, after words such as {@code It starts a run at}. */
    static List<String> starts(String words, Schedule schedule, List<Instant> next) {
        List<String> lines = new ArrayList<>(List.of(words + " (" + times(schedule) + "):"));
        lines.addAll(next(next, zone(schedule)));
        return lines;
    }

    /** A line of the list of schedules. */
    record Row(String id, String cluster, String state, List<Instant> next) {}

    static List<String> list(List<Row> rows, int width) {
        Table table = new Table("SCHEDULE", "CLUSTER", "STATE", "NEXT (UTC)");
        rows.forEach(row -> table.row(
                row.id(),
                row.cluster(),
                row.state(),
                row.next().isEmpty() ? "-" : row.next().get(0).toString()));
        return table.lines(width);
    }

    static String clock(Instant time, ZoneId zone) {
        return CLOCK.format(time.atZone(zone)) + " " + zone;
    }

    static String state(Schedule schedule) {
        boolean over =
                schedule.getState().isLimitedAction() && schedule.getState().getRemainingActions() == 0;
        return over ? "over" : schedule.getState().isPaused() ? "paused" : "active";
    }

    static List<String> whole(ScheduleDescription described, List<Instant> next) {
        Schedule schedule = described.getSchedule();
        ExpandRequest request = RequestReader.read(request(schedule));
        String note = schedule.getState().getNote();
        List<String> lines = new ArrayList<>();
        lines.add("Schedule " + described.getId() + ": " + state(schedule)
                + (note == null || note.isEmpty() ? "" : " (" + note + ")"));
        lines.add("Starts: " + Starter.summary(request) + ", "
                + request.window()
                        .map(hours -> "window " + hours)
                        .orElse("at any hour, since the request has no window"));
        lines.add("Times: " + times(schedule));
        lines.add("One run at a time; a start missed for more than "
                + Words.span(schedule.getPolicy().getCatchupWindow())
                + " is dropped; paused where a run fails.");
        lines.add("Next:");
        lines.addAll(next(next, zone(schedule)));
        List<ScheduleActionResult> recent = described.getInfo().getRecentActions();
        if (!recent.isEmpty()) {
            lines.add("Started:");
            recent.forEach(start ->
                    lines.add("  " + clock(start.getStartedAt(), zone(schedule)) + "  " + workflow(start.getAction())));
        }
        return lines;
    }

    private static String workflow(ScheduleActionExecution action) {
        return action instanceof ScheduleActionExecutionStartWorkflow started ? started.getWorkflowId() : "";
    }

    static Map<String, Object> fields(ScheduleDescription described, List<Instant> next) {
        Schedule schedule = described.getSchedule();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", described.getId());
        fields.put("state", state(schedule));
        fields.put("note", Objects.requireNonNullElse(schedule.getState().getNote(), ""));
        fields.put("times", times(schedule));
        fields.put("zone", zone(schedule).getId());
        fields.put("next", next);
        fields.put("catchUp", schedule.getPolicy().getCatchupWindow());
        fields.put(
                "started",
                described.getInfo().getRecentActions().stream()
                        .map(start -> Map.of(
                                "scheduledAt", start.getScheduledAt(),
                                "startedAt", start.getStartedAt(),
                                "workflowId", workflow(start.getAction())))
                        .toList());
        fields.put("request", request(schedule));
        return fields;
    }
}
