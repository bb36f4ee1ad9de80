package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Lets a halted run go on. */
@Command(name = "retry", description = "Lets a halted run go on, once the cause is mended.")
public final class RetryCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public RetryCommand() {
        this(Surroundings.ofProcess());
    }

    RetryCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.RETRY, Commands.word(why));
        return ExitCode.OK;
    }
}
