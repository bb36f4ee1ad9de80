package io.slotferry.starter;

import io.temporal.client.schedules.ScheduleListDescription;
import java.time.Instant;
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
        Table table = new Table("SCHEDULE", "CLUSTER", "STATE", "NEXT (UTC)");
        for (ScheduleListDescription schedule : found) {
            String cluster = String.valueOf(schedule.getMemo(Schedules.CLUSTER, String.class));
            boolean paused = schedule.getSchedule().getState().isPaused();
            List<Instant> next = schedule.getInfo().getNextActionTimes();
            table.row(
                    schedule.getScheduleId(),
                    cluster,
                    paused ? "paused" : "active",
                    next.isEmpty() ? "-" : next.get(0).toString());
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("id", schedule.getScheduleId());
            fields.put("cluster", cluster);
            fields.put("state", paused ? "paused" : "active");
            fields.put("next", next);
            voice().event("schedule", fields);
        }
        if (!found.isEmpty()) {
            table.lines(surroundings().terminal().width()).forEach(voice()::say);
        }
        return ExitCode.OK;
    }
}
