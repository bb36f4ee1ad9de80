package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a paused run go on. */
@Command(name = "resume", description = "Lets a paused run go on, in its window if it has one.")
public final class ResumeCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public ResumeCommand() {
        this(Surroundings.ofProcess());
    }

    ResumeCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.RESUME, Commands.word(why));
        return ExitCode.OK;
    }
}
