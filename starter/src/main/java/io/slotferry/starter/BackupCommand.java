package io.slotferry.starter;

import io.slotferry.workflows.contract.StopAfter;
import java.util.Map;
import picocli.CommandLine.Command;

/** Backs a cluster up, through the same workflow, and changes nothing. */
@Command(
        name = "backup",
        description = {
            "Backs a cluster up: an RDB of every master, verified, with a manifest. Changes nothing on the cluster.",
            "Holds the cluster's lease meanwhile, so that nobody expands it. Ctrl-C leaves the backup going."
        })
public final class BackupCommand extends RehearsalCommand {
    public BackupCommand() {
        this(Surroundings.ofProcess());
    }

    /** Inside a program that brings its own Temporal. */
    public BackupCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    BackupCommand(Surroundings surroundings) {
        super(surroundings, StopAfter.BACKUP, "The backup goes on");
    }

    @Override
    ExitCode tell(Connection temporal, Run run, Look look) {
        return new Epilogue(temporal, voice(), surroundings()).tell(look);
    }
}
