package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.StopAfter;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Backs a cluster up, through the same workflow, and changes nothing. */
@Command(
        name = "backup",
        description = {
            "Backs a cluster up: an RDB of every master, verified, with a manifest. Changes nothing on the cluster.",
            "Holds the cluster's lease meanwhile, so that nobody expands it. Ctrl-C leaves the backup going."
        })
public final class BackupCommand extends TemporalCommand {
    @Mixin
    private RequestOptions options;

    private ObjectNode request;

    public BackupCommand() {
        this(Surroundings.ofProcess());
    }

    /** Inside a program that brings its own Temporal. */
    public BackupCommand(Map<String, String> environment) {
        this(new Surroundings(environment, Terminal.system(environment), System.in));
    }

    BackupCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        request = options.request(surroundings().input(), StopAfter.BACKUP.name());
    }

    @Override
    ExitCode run(Connection temporal) {
        Run run = new Starter(temporal, voice(), taskQueue())
                .start(request, Starter.workflowId(RequestReader.read(request)));
        Look look;
        try (Farewell farewell = new Farewell(voice(), "The backup goes on: slotferry watch " + run.workflowId())) {
            look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
        }
        return new Epilogue(temporal, voice(), surroundings()).tell(look);
    }
}
