package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops a run cleanly. */
@Command(
        name = "cancel",
        description = "Stops a run cleanly: the slot in hand is finished, and the cluster stays whole and serving.")
public final class CancelCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public CancelCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public CancelCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    CancelCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.CANCEL, Commands.word(why));
        return ExitCode.OK;
    }
}
