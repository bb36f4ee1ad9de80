package io.slotferry.starter;

import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RunState;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Approves a plan that waits. */
@Command(name = "approve", description = "Lets a run whose plan waits for an approval begin.")
public final class ApproveCommand extends RunCommand {
    @Option(
            names = {"-y", "--yes"},
            description = "approve the plan that is printed, without asking")
    private boolean yes;

    @Option(
            names = "--fingerprint",
            paramLabel = "DIGITS",
            description = "approve the plan with this fingerprint (8 digits at least) and no other, without asking")
    private String fingerprint;

    @Option(names = "--why", paramLabel = "TEXT", description = "for the run's trail")
    private String why = "";

    public ApproveCommand() {
        this(Surroundings.ofProcess());
    }

    ApproveCommand(Surroundings surroundings) {
        super(surroundings);
    }

    @Override
    void prepare() {
        if (fingerprint == null && !yes && !surroundings().terminal().interactive()) {
            throw new CommandException(
                    ExitCode.BAD_REQUEST,
                    "There is no terminal to ask on.",
                    "name the plan by --fingerprint, or take the one that waits with -y");
        }
    }

    @Override
    ExitCode run(Connection temporal, Run run) {
        String digits = fingerprint;
        if (digits == null) {
            ExpandStatus status = new Runs(temporal)
                    .look(run)
                    .status()
                    .orElseThrow(() -> new CommandException(
                            ExitCode.NO_WORKER,
                            "No worker answers for " + run.workflowId() + ", so its plan cannot be shown.",
                            "slotferry worker, then this command again"));
            if (!status.legal().contains(RunState.Command.APPROVE)) {
                throw new CommandException(
                        ExitCode.REFUSED,
                        run.workflowId() + " is " + status.state() + " (" + status.why()
                                + ") and waits for no approval.",
                        "slotferry status " + name());
            }
            voice().say(status.planText().stripTrailing());
            voice().say("Fingerprint: " + status.fingerprint());
            if (!yes && !surroundings().terminal().confirms("Approve?")) {
                voice().say("Not approved; the run waits on. To end it: slotferry cancel " + name());
                return ExitCode.REFUSED;
            }
            digits = status.fingerprint();
        }
        new Commands(temporal, voice()).give(run, RunState.Command.APPROVE, Commands.approval(digits, why));
        return ExitCode.OK;
    }
}
