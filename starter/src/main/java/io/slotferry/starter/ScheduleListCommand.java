package io.slotferry.starter;

import io.temporal.client.schedules.ScheduleListDescription;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** Lists the schedules. */
@Command(name = "list", description = "Lists the schedules that start expansions, with their next start.")
public final class ScheduleListCommand extends TemporalCommand {
    public ScheduleListCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleListCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal) {
        List<ScheduleListDescription> found = new Schedules(temporal).list();
        if (found.isEmpty()) {
            voice().say("There is no schedule in namespace \"" + temporal.namespace() + "\" at " + temporal.address()
                    + ". Make one: slotferry schedule create");
        }
        List<ScheduleText.Row> rows = found.stream()
                .map(schedule -> new ScheduleText.Row(
                        schedule.getScheduleId(),
                        String.valueOf(schedule.getMemo(Schedules.CLUSTER, String.class)),
                        schedule.getSchedule().getState().isPaused() ? "paused" : "active",
                        schedule.getInfo().getNextActionTimes()))
                .toList();
        for (ScheduleText.Row row : rows) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("id", row.id());
            fields.put("cluster", row.cluster());
            fields.put("state", row.state());
            fields.put("next", row.next());
            voice().event("schedule", fields);
        }
        if (!rows.isEmpty()) {
            ScheduleText.list(rows, surroundings().terminal().width()).forEach(voice()::say);
        }
        return ExitCode.OK;
    }
}
