package io.slotferry.starter;

import io.temporal.api.enums.v1.ScheduleOverlapPolicy;
import java.util.Map;
import picocli.CommandLine.Command;

/** Lets a schedule start a run now. */
@Command(
        name = "trigger",
        description =
                "Lets a schedule start a run now, unless one of its runs is under way; the run keeps to its window.")
public final class ScheduleTriggerCommand extends ScheduleIdCommand {
    public ScheduleTriggerCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleTriggerCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Schedules schedules) {
        schedules.describe(id());
        schedules.change(id(), handle -> handle.trigger(ScheduleOverlapPolicy.SCHEDULE_OVERLAP_POLICY_SKIP));
        voice().say("Triggered " + id() + "; its run is the last one that slotferry schedule show " + id()
                + " names, unless one was under way.");
        voice().event("triggered", Map.of("id", id()));
        return ExitCode.OK;
    }
}
