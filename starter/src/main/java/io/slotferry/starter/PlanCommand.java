package io.slotferry.starter;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.StopAfter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the plan of an expansion, through the same workflow, and changes nothing. */
@Command(
        name = "plan",
        description = "Checks a cluster and shows what an expansion of it would do; changes nothing on it.")
public final class PlanCommand extends RehearsalCommand {
    @Option(
            names = "--out",
            paramLabel = "FILE",
            description = "writes plan and request there, for slotferry expand --plan FILE")
    private Path out;

    public PlanCommand() {
        this(Surroundings.ofProcess());
    }

    PlanCommand(Surroundings surroundings) {
        super(surroundings, StopAfter.PLAN, "The plan is still being made");
    }

    @Override
    ExitCode tell(Connection temporal, Run run, Look look) {
        Epilogue epilogue = new Epilogue(temporal, voice(), surroundings());
        if (!look.closed()) {
            return epilogue.tell(look);
        }
        Ending ending = Ending.of(new Runs(temporal).stub(run));
        if (ending.exit() != ExitCode.OK || ending.result().isEmpty()) {
            return epilogue.tell(look);
        }
        ExpandResult result = ending.result().get();
        epilogue.preflight(result.preflight());
        if (result.nothingToDo()) {
            voice().say(result.cluster() + ": nothing to do, it is balanced and every node is in its place");
        } else {
            voice().say(result.planText().stripTrailing());
            voice().say("Fingerprint: " + result.fingerprint());
        }
        Optional<String> form = result.nothingToDo() ? Optional.empty() : temporal.form(result.cluster(), taskQueue());
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("fingerprint", result.fingerprint());
        plan.put("text", result.planText());
        new Runs(temporal).plan(run).ifPresent(p -> plan.put("plan", p));
        if (out != null && !result.nothingToDo()) {
            PlanFile.write(out, request(), plan);
            voice().say("Written to " + out + "; slotferry expand --plan " + out
                    + " carries out this plan and no other.");
        }
        form.ifPresent(link -> {
            voice().say("To start it in the Web UI, with the request as Data: " + link);
            plan.put("form", link);
        });
        voice().event("plan", plan);
        voice().event("result", Events.result(ExitCode.OK, ending));
        return ExitCode.OK;
    }
}
