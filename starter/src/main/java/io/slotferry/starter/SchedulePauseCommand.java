package io.slotferry.starter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Holds a schedule. */
@Command(
        name = "pause",
        description = "Lets a schedule start nothing until it is resumed; a run that is under way goes on.")
public final class SchedulePauseCommand extends ScheduleIdCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the schedule's note")
    private String why = "";

    public SchedulePauseCommand() {
        this(Surroundings.ofProcess());
    }

    SchedulePauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Schedules schedules) {
        schedules.change(id(), handle -> handle.pause(note("paused", why)));
        show(schedules);
        return ExitCode.OK;
    }
}
