package io.slotferry.starter;

import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;

/** Shows where a run stands. */
@Command(name = "status", description = "Shows where a run stands, what it waits for, and what you can do now.")
public final class StatusCommand extends RunCommand {
    public StatusCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public StatusCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    StatusCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        Look look = new Runs(temporal).look(run);
        if (look.closed()) {
            new Epilogue(temporal, voice(), surroundings()).tell(look);
            return ExitCode.OK;
        }
        StatusText text = new StatusText(
                surroundings().terminal().width(), Style.of(surroundings().colour()), ZoneId.systemDefault());
        text.whole(look, temporal.page(run)).forEach(voice()::say);
        if (look.status().isEmpty()) {
            Map<String, Object> fields = new LinkedHashMap<>(Events.started(run, temporal, taskQueue()));
            fields.put("message", "no worker answers");
            voice().event("status", fields);
            return ExitCode.NO_WORKER;
        }
        voice().event("status", Events.status(look, look.status().get()));
        return ExitCode.OK;
    }
}
