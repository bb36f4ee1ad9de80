package io.slotferry.workflows.expand;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.CommandReader;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What people ask of a run, by commands or by Temporal's own cancel. A command that is not legal now, or whose argument does
 * not fit, is refused before it reaches history.
 */
final class Steering {
    private final Run run;
    private final CancellationScope root = CancellationScope.current();
    private Optional<CancellationScope> work = Optional.empty();
    private Optional<String> approved = Optional.empty();
    private boolean retry;
    private Optional<Command> word = Optional.empty();
    private boolean returning;
    private boolean cancelledBefore;

    /** To be made in the workflow's own scope: its cancel is Temporal's. */
    Steering(Run run) {
        this.run = run;
    }

    /** Runs what a cancel, of either kind, interrupts. */
    void interruptible(Runnable phases) {
        CancellationScope scope = Workflow.newCancellationScope(phases);
        work = Optional.of(scope);
        word.ifPresent(asked -> scope.cancel(asked.word()));
        scope.run();
    }

    /** Runs the way back, which only a later word interrupts: {@code stop-here}, or Temporal's own cancel. */
    void returning(Runnable back) {
        CancellationScope scope = Workflow.newDetachedCancellationScope(back);
        work = Optional.of(scope);
        returning = true;
        cancelledBefore = cancelledByTemporal();
        if (!cancelledBefore) {
            root.getCancellationRequest().thenApply(reason -> {
                scope.cancel(reason);
                return reason;
            });
        }
        scope.run();
    }

    /** Whether the operator wants what is under way to end. */
    boolean stopAsked() {
        return returning
                ? word.equals(Optional.of(Command.STOP_HERE)) || (cancelledByTemporal() && !cancelledBefore)
                : word.isPresent() || cancelledByTemporal();
    }

    /** The operator's last word on how the run is to end; Temporal's own cancel counts as one. */
    Optional<Command> lastWord() {
        return word.or(() -> cancelledByTemporal() ? Optional.of(Command.CANCEL) : Optional.empty());
    }

    boolean cancelledByTemporal() {
        return root.isCancelRequested();
    }

    boolean approved(String fingerprint) {
        return approved.filter(fingerprint::equals).isPresent();
    }

    /** Forgets an approval that was given to another plan. */
    void expectApproval() {
        approved = Optional.empty();
    }

    boolean retryAsked() {
        return retry;
    }

    void expectRetry() {
        retry = false;
    }

    void mayApprove(JsonNode json) {
        CommandReader.Approved approval = read(() -> CommandReader.approval(json));
        requireLegal(Command.APPROVE);
        if (!run.fingerprint().startsWith(approval.fingerprint())) {
            throw refused(
                    "approve was refused: the plan that waits has the fingerprint " + run.fingerprint() + ", not "
                            + approval.fingerprint()
                            + "; the cluster or the request is another one than you looked at.",
                    "look at the plan that waits: slotferry status " + run.calledBy()
                            + "; then approve its fingerprint");
        }
    }

    CommandAnswer approve(JsonNode json) {
        CommandReader.Approved approval = CommandReader.approval(json);
        approved = Optional.of(run.fingerprint());
        run.note("approved plan " + run.fingerprint() + approval.word());
        run.now("the plan was approved");
        return new CommandAnswer(
                RunState.RUNNING, "the plan begins, once it is seen that the cluster is still the same");
    }

    void mayRetry(JsonNode json) {
        read(() -> CommandReader.word("retry", json));
        requireLegal(Command.RETRY);
    }

    CommandAnswer retry(JsonNode json) {
        run.note("retry" + CommandReader.word("retry", json));
        retry = true;
        run.now("tries again what halted");
        return new CommandAnswer(RunState.RUNNING, "the step that halted is tried again");
    }

    void mayEnd(Command command, JsonNode json) {
        read(() -> CommandReader.word(command.word(), json));
        if (!underWay(command)) {
            requireLegal(command);
        }
    }

    /** Given a second time, a word changes nothing; a run that halted over it wants another one. */
    private boolean underWay(Command command) {
        return word.equals(Optional.of(command)) && run.state() != RunState.HALTED;
    }

    /** Ends what the run does, in the way that the word says. */
    CommandAnswer end(Command command, JsonNode json) {
        if (!underWay(command)) {
            // It may have become too late since the word was found legal.
            requireLegal(command);
            word = Optional.of(command);
            String given = command.word() + CommandReader.word(command.word(), json);
            if (command == Command.ROLLBACK) {
                run.rollingBack(given);
            } else {
                run.stopping(given);
            }
            work.ifPresent(scope -> scope.cancel(command.word()));
        }
        return new CommandAnswer(run.state(), next(command));
    }

    private String next(Command command) {
        return command == Command.ROLLBACK
                ? "the slot in hand is finished, then every slot goes back to where it was, and the new nodes are removed;"
                        + " slotferry watch " + run.calledBy() + " shows it"
                : "the slot in hand is finished, then the run ends; slotferry status " + run.calledBy() + " shows it";
    }

    private void requireLegal(Command command) {
        if (!run.legal().contains(command)) {
            String legal = run.legal().stream().map(Command::word).collect(Collectors.joining(", "));
            throw refused(
                    command.word() + " was refused: the run is " + run.state() + " ("
                            + run.status().why() + ").",
                    "what is legal now: " + (legal.isEmpty() ? "nothing; see how it ends" : legal));
        }
    }

    private static <T> T read(java.util.function.Supplier<T> reader) {
        try {
            return reader.get();
        } catch (BadRequest e) {
            throw refused(
                    "the command was refused: " + e.getMessage(), "give the command again with an argument that fits");
        }
    }

    private static RuntimeException refused(String message, String next) {
        return Failures.of(new Halt(FailureKind.BAD_REQUEST, message, List.of(), next));
    }
}
