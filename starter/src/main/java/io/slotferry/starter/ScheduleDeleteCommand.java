package io.slotferry.starter;

import io.temporal.client.schedules.ScheduleHandle;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Takes a schedule away. */
@Command(name = "delete", description = "Takes a schedule away; a run that it started goes on.")
public final class ScheduleDeleteCommand extends ScheduleIdCommand {
    @Option(
            names = {"-y", "--yes"},
            description = "delete it without asking")
    private boolean yes;

    public ScheduleDeleteCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleDeleteCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        if (!yes && !surroundings().terminal().interactive()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST, "There is no terminal to ask on; nothing was deleted.", "give -y");
        }
    }

    @Override
    ExitCode run(Schedules schedules) {
        show(schedules);
        if (!agreed(yes, "Delete it?")) {
            voice().say("Nothing was deleted.");
            return ExitCode.REFUSED;
        }
        schedules.change(id(), ScheduleHandle::delete);
        voice().say("Deleted " + id() + ".");
        voice().event("deleted", Map.of("id", id()));
        return ExitCode.OK;
    }
}
