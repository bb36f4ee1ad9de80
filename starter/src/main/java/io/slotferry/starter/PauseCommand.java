package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops a run at its next batch boundary. */
@Command(
        name = "pause",
        description = "Stops a run at its next batch boundary, until it is resumed; the batch in hand is finished.")
public final class PauseCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public PauseCommand() {
        this(Surroundings.ofProcess());
    }

    PauseCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.PAUSE, Commands.word(why));
        return ExitCode.OK;
    }
}
