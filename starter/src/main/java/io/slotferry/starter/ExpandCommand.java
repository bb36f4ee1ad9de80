package io.slotferry.starter;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.TakeOver;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Grows a cluster: starts the run, shows its plan, asks, and watches it to its end. */
@Command(
        name = "expand",
        description = {
            "Grows a cluster by new masters and replicas.",
            "Checks, plans, shows the plan, asks, moves the slots in batches, and validates. Ctrl-C leaves the run going.",
            "With --continue it goes on where a run stopped that was terminated, cancelled or failed."
        })
public final class ExpandCommand extends TemporalCommand {
    @Mixin
    private RequestOptions options;

    @Mixin
    private QuietOption quiet;

    @Option(
            names = {"-y", "--yes"},
            description = "approve the plan that is printed, without asking")
    private boolean yes;

    @Option(names = "--detach", description = "return once the plan is approved; the run goes on")
    private boolean detach;

    @Option(
            names = "--plan",
            paramLabel = "FILE",
            description = "carry out the plan that slotferry plan --out wrote, and no other, without asking")
    private Path plan;

    @Option(
            names = "--continue",
            paramLabel = "RUN",
            description = "go on with the plan of a closed run: the cluster's name, or a workflow ID")
    private String continued;

    @Mixin
    private TakeOverOptions closed;

    @Option(names = "--workflow-id", paramLabel = "ID", description = "default: expand-NAME")
    private String workflowId;

    private ObjectNode json;
    private ExpandRequest request;

    private final boolean leavesRun;

    public ExpandCommand() {
        this(Surroundings.ofProcess());
    }

    /**
     * Inside a program that brings its own Temporal and takes it away when it ends, so that nothing is said on Ctrl-C.
     *
     * @param environment in place of the process's own
     */
    public ExpandCommand(Map<String, String> environment) {
        super(Surroundings.of(environment));
        leavesRun = false;
    }

    ExpandCommand(Surroundings surroundings) {
        super(surroundings);
        leavesRun = true;
    }

    @Override
    boolean quiet() {
        return quiet.given();
    }

    @Override
    void prepare() {
        if (continued != null) {
            json = options.ofTakeOver();
            return;
        }
        if (closed.given()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "--run-id and --from say more of a closed run; which one, --continue RUN says. Nothing was started.",
                    "slotferry expand --continue RUN");
        }
        if (plan != null) {
            options.requireNone();
            json = PlanFile.read(plan);
        } else {
            json = options.request(surroundings().input(), null);
        }
        request = RequestReader.read(json);
        if (asks() && !yes && !surroundings().terminal().interactive()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "The plan needs an approval, and there is no terminal to ask on; nothing was started.",
                    "slotferry plan --out plan.json, then slotferry expand --plan plan.json; or slotferry expand -y");
        }
    }

    private boolean asks() {
        return continued == null
                && request.asksForApproval()
                && request.stopAfter().isEmpty();
    }

    @Override
    ExitCode run(Connection temporal) {
        Run run = start(temporal);
        voice().say("Started " + run.workflowId() + " (" + run.runId() + ")"
                + temporal.page(run).map(page -> "\n" + page).orElse(""));
        Follower follower = new Follower(temporal, voice(), surroundings());
        Epilogue epilogue = new Epilogue(temporal, voice(), surroundings());
        try (Farewell farewell = new Farewell(voice(), farewell(run))) {
            Look look = follower.until(
                    run,
                    status -> asks() ? approvable(status) : !status.planText().isEmpty());
            look.status()
                    .flatMap(ExpandStatus::preflight)
                    .filter(report -> !over(look))
                    .ifPresent(epilogue::preflight);
            return asks() ? agree(temporal, run, look, farewell) : onwards(temporal, run, look);
        }
    }

    private Run start(Connection temporal) {
        Starter starter = new Starter(
                temporal, voice(), taskQueue(), surroundings().terminal().interactive());
        Optional<String> wanted = Optional.ofNullable(workflowId);
        if (continued == null) {
            return starter.start(json, wanted.orElseGet(() -> Starter.workflowId(request)));
        }
        TakeOverOptions.Start start = closed.start(
                temporal,
                TakeOver.Direction.CONTINUE,
                continued,
                json,
                surroundings().input());
        return starter.start(TakeOver.Direction.CONTINUE, start, wanted.orElse(start.workflowId()));
    }

    /** The run asks again where the cluster changed between its plan and its lease. */
    private ExitCode agree(Connection temporal, Run run, Look planned, Farewell farewell) {
        Look look = planned;
        while (!over(look)) {
            ExpandStatus status = look.status().orElseThrow();
            plan(temporal, run, status);
            farewell.words(
                    !leavesRun
                            ? ""
                            : "Nothing was touched; the run waits for your approval: slotferry approve " + name(run)
                                    + ", or slotferry cancel " + name(run));
            if (!approve(temporal, run, status)) {
                return ExitCode.REFUSED;
            }
            farewell.words(farewell(run));
            if (detach) {
                voice().say(farewell(run));
                return ExitCode.OK;
            }
            look = new Follower(temporal, voice(), surroundings())
                    .until(run, now -> approvable(now) && !now.fingerprint().equals(status.fingerprint()));
        }
        return new Epilogue(temporal, voice(), surroundings()).tell(look);
    }

    /** For a run that needs no approval. */
    private ExitCode onwards(Connection temporal, Run run, Look planned) {
        Look look = planned;
        if (!over(look)) {
            plan(temporal, run, look.status().orElseThrow());
            if (detach) {
                voice().say(farewell(run));
                return ExitCode.OK;
            }
            look = new Follower(temporal, voice(), surroundings()).until(run, status -> false);
        }
        return new Epilogue(temporal, voice(), surroundings()).tell(look);
    }

    private static boolean over(Look look) {
        return look.closed() || look.status().filter(Follower::halted).isPresent();
    }

    private static boolean approvable(ExpandStatus status) {
        return status.legal().contains(RunState.Command.APPROVE)
                && !status.fingerprint().isEmpty();
    }

    private void plan(Connection temporal, Run run, ExpandStatus status) {
        voice().say(status.planText().stripTrailing());
        voice().say("Fingerprint: " + status.fingerprint());
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("fingerprint", status.fingerprint());
        plan.put("text", status.planText());
        if (voice().json()) {
            new Runs(temporal).plan(run).ifPresent(p -> plan.put("plan", p));
        }
        voice().event("plan", plan);
    }

    /** Answers whether the plan was approved; else the run was cancelled. */
    private boolean approve(Connection temporal, Run run, ExpandStatus status) {
        Commands commands = new Commands(temporal, voice());
        if (yes || surroundings().terminal().confirms("Go ahead?")) {
            commands.give(run, RunState.Command.APPROVE, Commands.approval(status.fingerprint(), ""));
            return true;
        }
        commands.give(run, RunState.Command.CANCEL, Commands.word("declined"));
        voice().say("Declined: nothing was touched.");
        return false;
    }

    private String name(Run run) {
        return continued == null
                        && run.workflowId().equals(Starter.workflowId(request))
                        && request.stopAfter().isEmpty()
                ? request.cluster().name()
                : run.workflowId();
    }

    private String farewell(Run run) {
        return !leavesRun
                ? ""
                : "The run goes on without this command. Come back: slotferry watch " + name(run)
                        + "; stop it: slotferry cancel " + name(run);
    }
}
