package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.StopAfter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Makes the plan of an expansion, through the same workflow, and changes nothing. */
@Command(
        name = "plan",
        description = "Checks a cluster and shows what an expansion of it would do; changes nothing on it.")
public final class PlanCommand extends TemporalCommand {
    @Mixin
    private RequestOptions options;

    private ObjectNode request;

    public PlanCommand() {
        this(Surroundings.ofProcess());
    }

    PlanCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        request = options.request(surroundings().input(), StopAfter.PLAN.name());
    }

    @Override
    ExitCode run(Connection temporal) {
        Run run = new Starter(temporal, voice(), taskQueue())
                .start(request, Starter.workflowId(RequestReader.read(request)));
        Look look;
        try (Farewell farewell =
                new Farewell(voice(), "The plan is still being made: slotferry watch " + run.workflowId())) {
            look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
        }
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
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("fingerprint", result.fingerprint());
        plan.put("text", result.planText());
        new Runs(temporal).plan(run).ifPresent(p -> plan.put("plan", p));
        voice().event("plan", plan);
        voice().event("result", Events.result(ExitCode.OK, ending));
        return ExitCode.OK;
    }
}
