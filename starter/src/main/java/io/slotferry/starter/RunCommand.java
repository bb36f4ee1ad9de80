package io.slotferry.starter;

import picocli.CommandLine.Parameters;

/** A command about one run. */
abstract class RunCommand extends TemporalCommand {
    @Parameters(paramLabel = "RUN", description = "the cluster's name, or a workflow ID")
    private String name;

    RunCommand(Surroundings surroundings) {
        super(surroundings);
    }

    abstract ExitCode run(Connection temporal, Run run);

    @Override
    final ExitCode run(Connection temporal) {
        return run(temporal, new RunFinder(temporal).find(name));
    }

    String name() {
        return name;
    }
}
