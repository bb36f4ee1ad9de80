package io.slotferry.starter;

import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Undoes a run that is open. */
@Command(
        name = "rollback",
        description = "Undoes an open run: every slot goes back to where it was, and the new nodes leave.")
public final class RollbackCommand extends RunCommand {
    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public RollbackCommand() {
        this(Surroundings.ofProcess());
    }

    RollbackCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        new Commands(temporal, voice()).give(run, RunState.Command.ROLLBACK, Commands.word(why));
        return ExitCode.OK;
    }
}
