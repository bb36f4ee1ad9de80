package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.temporal.client.schedules.Schedule;
import io.temporal.client.schedules.ScheduleState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a schedule. */
@Command(
        name = "create",
        description = {
            "Makes a schedule that starts an expansion at the times of --calendar, --cron or --once, by the clock of --zone.",
            "It starts one run at a time, drops starts that it missed, and pauses where a run fails. The request may come from"
                    + " a file, from flags, or from both; its approval is none unless it says otherwise."
        })
public final class ScheduleCreateCommand extends ScheduleIdCommand {
    @Mixin
    private TimesOptions times;

    @Option(
            names = {"-y", "--yes"},
            description = "make it without asking")
    private boolean yes;

    @Mixin
    private RequestOptions options;

    private Schedule schedule;

    public ScheduleCreateCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public ScheduleCreateCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    ScheduleCreateCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        ObjectNode request = options.scheduled(surroundings().input(), Optional.empty());
        ZoneId zone = zone(options.zone().orElse(request.at("/window/zone").asText("")));
        Schedule plain = Schedules.of(request, taskQueue(), times.spec(zone, Instant.now()), times.catchUpOrUsual());
        schedule = times.once() ? once(plain) : plain;
    }

    static Schedule once(Schedule schedule) {
        return Schedule.newBuilder(schedule)
                .setState(ScheduleState.newBuilder(schedule.getState())
                        .setLimitedAction(true)
                        .setRemainingActions(1)
                        .build())
                .build();
    }

    static ZoneId zone(String name) {
        try {
            if (!name.isEmpty()) {
                return ZoneId.of(name);
            }
        } catch (DateTimeException e) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "--zone: \"" + name
                            + "\" is not a time zone such as \"Europe/Berlin\" or \"UTC\". Nothing was sent.",
                    "name a zone of the IANA database");
        }
        throw new CommandException(
                ExitCode.BAD_REQUEST,
                "Whose clock the times are read on is not said. Nothing was sent.",
                "--zone Europe/Berlin, or UTC");
    }

    @Override
    ExitCode run(Schedules schedules) {
        ScheduleText.starts("It would start a run at", schedule, schedules.preview(schedule))
                .forEach(voice()::say);
        if (!agreed(yes, "Make the schedule?")) {
            voice().say("Nothing was made.");
            return ExitCode.REFUSED;
        }
        schedules.create(id(), schedule);
        show(schedules);
        return ExitCode.OK;
    }
}
