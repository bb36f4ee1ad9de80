package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.StopAfter;
import picocli.CommandLine.Mixin;

/** A command that has the workflow go as far as one phase, follows it there, and tells what came of it. */
abstract class RehearsalCommand extends TemporalCommand {
    @Mixin
    private RequestOptions options;

    @Mixin
    private QuietOption quiet;

    private final StopAfter phase;
    private final String goesOn;
    private ObjectNode request;

    /**
     * A command that ends its run after this phase.
     *
     * @param goesOn what is said to whoever leaves by Ctrl-C, such as {@code The backup goes on}
     */
    RehearsalCommand(Surroundings surroundings, StopAfter phase, String goesOn) {
        super(surroundings);
        this.phase = phase;
        this.goesOn = goesOn;
    }

    /** The request as it was given, with where the run ends. */
    final ObjectNode request() {
        return request;
    }

    /** Tells what came of the run, whether or not it is over. */
    abstract ExitCode tell(Connection temporal, Run run, Look look);

    @Override
    final boolean quiet() {
        return quiet.given();
    }

    @Override
    final void prepare() {
        request = options.request(surroundings().input(), phase.name());
    }

    @Override
    final ExitCode run(Connection temporal) {
        Run run = new Starter(
                        temporal,
                        voice(),
                        taskQueue(),
                        surroundings().terminal().interactive())
                .start(request, Starter.workflowId(RequestReader.read(request)));
        Look look;
        try (Farewell farewell = new Farewell(voice(), goesOn + ": slotferry watch " + run.workflowId())) {
            look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
        }
        return tell(temporal, run, look);
    }
}
