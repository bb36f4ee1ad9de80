package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.TakeOver.Direction;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Undoes a run: an open one by a word to it, a closed one by another run in its place. */
@Command(
        name = "rollback",
        description = {
            "Undoes a run: every slot goes back to where it was, and the new nodes leave.",
            "RUN names an open run, which is told so. --of names a closed one (terminated, stopped or finished): a new run "
                    + "undoes it, and is watched to its end."
        })
public final class RollbackCommand extends TemporalCommand {
    @Parameters(arity = "0..1", paramLabel = "RUN", description = "an open run: the cluster's name, or a workflow ID")
    private String open;

    @Mixin
    private QuietOption quiet;

    @Option(names = "--why", paramLabel = "TEXT", description = "for the open run's trail")
    private String why;

    @Option(names = "--of", paramLabel = "RUN", description = "a closed run: the cluster's name, or a workflow ID")
    private String of;

    @Mixin
    private TakeOverOptions closed;

    @Mixin
    private PacingOptions pacing;

    @Option(names = "--detach", description = "return once the new run is started")
    private boolean detach;

    @Option(names = "--workflow-id", paramLabel = "ID", description = "of the new run; default: that of the closed one")
    private String workflowId;

    public RollbackCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public RollbackCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    RollbackCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    boolean quiet() {
        return quiet.given();
    }

    @Override
    void prepare() {
        if ((open == null) == (of == null)) {
            throw bad("One run is undone, open or closed; nothing was done.");
        }
        boolean ofNewRun = closed.given() || pacing.given() || detach || workflowId != null;
        if (of == null && ofNewRun) {
            throw bad(
                    "--run-id, --from, --mode, --pause, --detach and --workflow-id are of a new run, which an open run"
                            + " does not need; nothing was done.");
        }
        if (of != null && why != null) {
            throw bad("--why is for the trail of an open run; nothing was done.");
        }
    }

    private static CommandException bad(String message) {
        return new CommandException(
                ExitCode.BAD_REQUEST,
                message,
                "slotferry rollback RUN for one that is open, slotferry rollback --of RUN for one that is closed");
    }

    @Override
    ExitCode run(Connection temporal) {
        return of == null ? tell(temporal) : undo(temporal);
    }

    private ExitCode tell(Connection temporal) {
        Run run = new RunFinder(temporal).find(open);
        if (!new Runs(temporal).open(run)) {
            throw new CommandException(
                    ExitCode.REFUSED,
                    "Run " + run.workflowId() + " (" + run.runId() + ") is closed; nothing was done.",
                    "slotferry rollback --of " + open + " undoes it by a new run");
        }
        new Commands(temporal, voice())
                .give(
                        run,
                        RunState.Command.ROLLBACK,
                        Commands.word(Optional.ofNullable(why).orElse("")));
        return ExitCode.OK;
    }

    private ExitCode undo(Connection temporal) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        pacing.overlay(json);
        TakeOverOptions.Start start = closed.start(
                temporal, Direction.ROLLBACK, of, json, surroundings().input());
        Run run = new Starter(
                        temporal,
                        voice(),
                        taskQueue(),
                        surroundings().terminal().interactive())
                .start(
                        Direction.ROLLBACK,
                        start,
                        Optional.ofNullable(workflowId).orElse(start.workflowId()));
        String goesOn = "The run goes on without this command. Come back: slotferry watch " + run.workflowId();
        voice().say("Started " + run.workflowId() + " (" + run.runId() + ")"
                + temporal.page(run).map(page -> "\n" + page).orElse(""));
        if (detach) {
            voice().say(goesOn);
            return ExitCode.OK;
        }
        try (Farewell farewell = new Farewell(voice(), goesOn)) {
            Look look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
            farewell.words(look.closed() ? "" : goesOn);
            return new Epilogue(temporal, voice(), surroundings()).tell(look);
        }
    }
}
