package io.slotferry.starter;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a schedule start runs again. */
@Command(name = "resume", description = "Lets a paused schedule start runs again; starts that it missed are dropped.")
public final class ScheduleResumeCommand extends ScheduleIdCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the schedule's note")
    private String why = "";

    public ScheduleResumeCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleResumeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Schedules schedules) {
        schedules.change(id(), handle -> handle.unpause(note("resumed", why)));
        show(schedules);
        return ExitCode.OK;
    }
}
