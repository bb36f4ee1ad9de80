package io.slotferry.starter;

import io.temporal.client.schedules.ScheduleDescription;
import java.time.Instant;
import java.util.List;
import picocli.CommandLine.Parameters;

/** A command about one schedule. */
abstract class ScheduleIdCommand extends TemporalCommand {
    @Parameters(paramLabel = "SCHEDULE", description = "what the schedule is called")
    private String id;

    ScheduleIdCommand(Surroundings surroundings) {
        super(surroundings);
    }

    abstract ExitCode run(Schedules schedules);

    @Override
    final ExitCode run(Connection temporal) {
        return run(new Schedules(temporal));
    }

    String id() {
        return id;
    }

    /** Says how it stands now. */
    void show(Schedules schedules) {
        ScheduleDescription described = schedules.describe(id);
        List<Instant> next = schedules.next(id);
        ScheduleText.whole(described, next).forEach(voice()::say);
        voice().event("schedule", ScheduleText.fields(described, next));
    }

    /** {@code paused by you: why}. */
    static String note(String what, String why) {
        return what + " by " + System.getProperty("user.name", "somebody") + (why.isEmpty() ? "" : ": " + why);
    }

    /** Whether to go on; asked where there is a person, unless it was answered by an option. */
    boolean agreed(boolean yes, String question) {
        return yes
                || !surroundings().terminal().interactive()
                || surroundings().terminal().confirms(question);
    }
}
