package io.slotferry.starter;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.StopAfter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Checks the cluster and the new nodes, through the same workflow, and changes nothing. */
@Command(
        name = "preflight",
        description = {
            "Checks a cluster and the nodes to be added to it; changes nothing on them.",
            "docs/PREFLIGHT.md explains each check."
        })
public final class PreflightCommand extends RehearsalCommand {
    @Option(names = "--all", description = "show what passed, too")
    private boolean all;

    public PreflightCommand() {
        this(Surroundings.ofProcess());
    }

    PreflightCommand(Surroundings surroundings) {
        super(surroundings, StopAfter.PREFLIGHT, "The checks still run");
    }

    @Override
    ExitCode tell(Connection temporal, Run run, Look look) {
        if (!look.closed()) {
            return new Epilogue(temporal, voice(), surroundings()).tell(look);
        }
        Ending ending = Ending.of(new Runs(temporal).stub(run));
        if (ending.result()
                .map(ExpandResult::preflight)
                .filter(PreflightCommand::looked)
                .isEmpty()) {
            return new Epilogue(temporal, voice(), surroundings()).tell(look);
        }
        tell(ending, ending.result().get().preflight());
        return ending.exit();
    }

    /** A run that was refused before it looked has no answers. */
    private static boolean looked(PreflightReport report) {
        return !report.results().isEmpty();
    }

    private void tell(Ending ending, PreflightReport report) {
        new PreflightText(
                        surroundings().terminal().width(),
                        Style.of(surroundings().colour()))
                .lines(report, all)
                .forEach(voice()::say);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("passed", report.passed());
        fields.put("report", report);
        voice().event("preflight", fields);
        voice().event("result", Events.result(ending.exit(), ending));
    }
}
