package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleState;
import io.temporal.client.schedules.ScheduleUpdate;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Changes a schedule. */
@Command(
        name = "update",
        description = {
            "Changes a schedule's times, its catch-up, or the request of the runs to come; what is not given stays.",
            "With -f the file takes the place of the whole request. A run that is under way is not touched: retune it."
        })
public final class ScheduleUpdateCommand extends ScheduleIdCommand {
    @Mixin
    private TimesOptions times;

    @Option(
            names = {"-y", "--yes"},
            description = "change it without asking")
    private boolean yes;

    @Mixin
    private RequestOptions options;

    public ScheduleUpdateCommand() {
        this(Surroundings.ofProcess());
    }

    ScheduleUpdateCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Schedules schedules) {
        Schedule before = schedules.describe(id()).getSchedule();
        Schedule after = changed(before);
        ScheduleText.starts("It starts a run at", before, schedules.next(id())).forEach(voice()::say);
        ScheduleText.starts("It would start one at", after, schedules.preview(after))
                .forEach(voice()::say);
        if (!agreed(yes, "Change the schedule?")) {
            voice().say("Nothing was changed.");
            return ExitCode.REFUSED;
        }
        schedules.change(
                id(),
                handle -> handle.update(input ->
                        new ScheduleUpdate(changed(input.getDescription().getSchedule()))));
        show(schedules);
        return ExitCode.OK;
    }

    private Schedule changed(Schedule before) {
        ObjectNode request = options.scheduled(
                surroundings().input(), Optional.of(ScheduleText.request(before).deepCopy()));
        Schedule.Builder after = Schedule.newBuilder(before)
                .setAction(Schedules.action(
                        request, ScheduleText.action(before).getOptions().getTaskQueue()))
                .setPolicy(Schedules.policy(
                        times.catchUp().orElse(before.getPolicy().getCatchupWindow())));
        if (!times.given()) {
            return after.build();
        }
        String zone = options.zone()
                .orElse(request.at("/window/zone")
                        .asText(ScheduleText.zone(before).getId()));
        Schedule timed = after.setSpec(times.spec(ScheduleCreateCommand.zone(zone), Instant.now()))
                .setState(ScheduleState.newBuilder(before.getState())
                        .setLimitedAction(false)
                        .setRemainingActions(0)
                        .build())
                .build();
        return times.once() ? ScheduleCreateCommand.once(timed) : timed;
    }
}
