package io.slotferry.starter;

import picocli.CommandLine.Command;

/** Shows a schedule. */
@Command(name = "show", description = "Shows a schedule: what it starts, when, its next five starts and its last ones.")
public final class ScheduleShowCommand extends ScheduleIdCommand {
    public ScheduleShowCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleShowCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Schedules schedules) {
        show(schedules);
        return ExitCode.OK;
    }
}
