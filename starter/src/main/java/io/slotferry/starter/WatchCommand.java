package io.slotferry.starter;

import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Watches a run to its end. */
@Command(name = "watch", description = "Watches a run until it ends or halts. Ctrl-C leaves the run going.")
public final class WatchCommand extends RunCommand {
    @Mixin
    private QuietOption quiet;

    public WatchCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal.
     *
     * @param environment in place of the process's own
     */
    public WatchCommand(Map<String, String> environment) {
        this(Surroundings.of(environment));
    }

    WatchCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    boolean quiet() {
        return quiet.given();
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        voice().say("Watching " + run.workflowId() + " (" + run.runId() + ")"
                + temporal.page(run).map(page -> "\n" + page).orElse(""));
        String words = "The run goes on without this command. Come back: slotferry watch " + name()
                + "; stop it: slotferry cancel " + name();
        try (Farewell farewell = new Farewell(voice(), words)) {
            Look look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
            return new Epilogue(temporal, voice(), surroundings()).tell(look);
        }
    }
}
