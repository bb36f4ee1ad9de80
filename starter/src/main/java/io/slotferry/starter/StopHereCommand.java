package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Ends a run where it is. */
@Command(name = "stop-here", description = "Ends a run with the cluster as it is, whole and serving; undoes nothing.")
public final class StopHereCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public StopHereCommand() {
        this(Surroundings.ofProcess());
    }

    StopHereCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.STOP_HERE, Commands.word(why));
        return ExitCode.OK;
    }
}
