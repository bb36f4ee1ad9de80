package io.slotferry.starter;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Prints how a run that closed or halted stands, and answers the exit code. */
final class Epilogue {
    private final Runs runs;
    private final Voice voice;
    private final Style style;
    private final ResultText text;

    Epilogue(Connection temporal, Voice voice, Surroundings surroundings) {
        this.runs = new Runs(temporal);
        this.voice = voice;
        this.style = Style.of(surroundings.colour());
        this.text = new ResultText(surroundings.terminal().width(), style);
    }

    ExitCode tell(Look look) {
        return look.closed() ? closed(look.run()) : halted(look);
    }

    private ExitCode closed(Run run) {
        Ending ending = Ending.of(runs.stub(run));
        Optional<Plan> plan =
                ending.result().flatMap(ExpandResult::validation).isPresent() ? runs.plan(run) : Optional.empty();
        ending.result()
                .map(ExpandResult::preflight)
                .filter(report -> !report.passed())
                .ifPresent(report -> lines(text.preflight(report)));
        lines(text.ending(withoutRepetition(ending), plan));
        voice.event("result", Events.result(ending.exit(), ending));
        return ending.exit();
    }

    /** Failed checks were just printed in full, with their remedies. */
    private static Ending withoutRepetition(Ending ending) {
        boolean printed = ending.result()
                .map(ExpandResult::preflight)
                .filter(r -> !r.passed())
                .isPresent();
        return new Ending(
                ending.exit(),
                ending.result(),
                ending.halt()
                        .map(halt -> printed && halt.kind() == FailureKind.PREFLIGHT_FAILED
                                ? new Halt(halt.kind(), halt.message(), List.of(), halt.next())
                                : halt));
    }

    private ExitCode halted(Look look) {
        Halt halt = look.status()
                .flatMap(status -> status.halt())
                .orElseThrow(() -> new CommandException(
                        ExitCode.HALTED,
                        "The run is halted and does not say why.",
                        "slotferry status " + look.run().workflowId()));
        voice.say(style.bad("HALTED, " + halt.kind() + ": ") + halt.text());
        voice.say("The run stays as it is until you decide. "
                + look.status()
                        .map(StatusText::commands)
                        .map(c -> "You can: " + c)
                        .orElse(""));
        voice.event(
                "halted",
                Map.of(
                        "workflowId",
                        look.run().workflowId(),
                        "exit",
                        ExitCode.HALTED,
                        "code",
                        ExitCode.HALTED.code(),
                        "halt",
                        halt));
        return ExitCode.HALTED;
    }

    /** Preflight without what passed, for a run that goes on. */
    void preflight(PreflightReport report) {
        lines(text.preflight(report));
    }

    private void lines(List<String> lines) {
        lines.forEach(voice::say);
    }
}
