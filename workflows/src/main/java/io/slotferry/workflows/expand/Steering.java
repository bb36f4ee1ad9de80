package io.slotferry.workflows.expand;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.BadRequest;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.CommandReader;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
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
    private boolean pausing;
    private boolean resumed;
    private String pausedBy = "";
    private int retunes;
    private boolean returnsNow;
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
        endPause();
        cancelledBefore = cancelledByTemporal();
        if (!cancelledBefore) {
            root.getCancellationRequest().thenApply(reason -> {
                scope.cancel(reason);
                return reason;
            });
        }
        scope.run();
    }

    /** The way back is the operator's own wish: it does not wait for the window. */
    void returnNow() {
        returnsNow = true;
    }

    /** Whether a way back starts at any hour, since a person asked for it. */
    boolean returnsNow() {
        return returnsNow || lastWord().equals(Optional.of(Command.ROLLBACK));
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

    /** Whether the run is to stand still at the next batch boundary. */
    boolean pausing() {
        return pausing;
    }

    /** Who wanted that, and why, to be read behind "paused". */
    String pausedBy() {
        return pausedBy;
    }

    /** How often the run was retuned. */
    int retunes() {
        return retunes;
    }

    boolean retryAsked() {
        return retry;
    }

    void expectRetry() {
        retry = false;
    }

    void mayPause(JsonNode json) {
        read(() -> CommandReader.word("pause", json));
        if (!pausing) {
            requireLegal(Command.PAUSE);
        }
    }

    CommandAnswer pause(JsonNode json) {
        if (!pausing) {
            requireLegal(Command.PAUSE);
            pausedBy = CommandReader.word("pause", json).toString();
            run.note("pause" + pausedBy);
            pausing = true;
            resumed = false;
            run.pausing(true);
        }
        return new CommandAnswer(
                run.state(),
                run.state() == RunState.PAUSED
                        ? "it is paused; slotferry resume " + run.calledBy() + " lets it go on"
                        : inHand() + ", then the run is paused; slotferry resume " + run.calledBy() + " lets it go on");
    }

    void mayResume(JsonNode json) {
        read(() -> CommandReader.word("resume", json));
        if (!resumed) {
            requireLegal(Command.RESUME);
        }
    }

    CommandAnswer resume(JsonNode json) {
        if (!resumed) {
            requireLegal(Command.RESUME);
            run.note("resume" + CommandReader.word("resume", json));
            endPause();
            resumed = true;
        }
        return new CommandAnswer(
                run.state() == RunState.PAUSED ? RunState.RUNNING : run.state(),
                "the run goes on from the batch boundary where it stands");
    }

    private void endPause() {
        pausing = false;
        pausedBy = "";
        run.pausing(false);
    }

    void mayRetune(JsonNode json) {
        requireLegal(Command.RETUNE);
        read(() -> CommandReader.retuning(json, run.tuning()));
    }

    CommandAnswer retune(JsonNode json) {
        requireLegal(Command.RETUNE);
        CommandReader.Retuned retuned = CommandReader.retuning(json, run.tuning());
        List<String> changes = retuned.tuning().since(run.tuning());
        if (changes.isEmpty()) {
            return new CommandAnswer(
                    run.state(),
                    "nothing is otherwise than before: " + run.tuning().text());
        }
        String changed = String.join(", ", changes);
        String before = inHand() + (chained() ? " as they began" : " as it began");
        run.note("retune" + retuned.word() + " (" + changed + ")");
        run.retuned(retuned.tuning());
        retunes++;
        return new CommandAnswer(run.state(), changed + "; " + before + ", and the next one goes like this");
    }

    /** In pacing FAST batches follow each other inside an activity, which hears no word. */
    private boolean chained() {
        return run.tuning().pacing().mode() == Pacing.Mode.FAST;
    }

    /** What is done before a word is heard. */
    private String inHand() {
        return chained()
                ? "the batch in hand and those that begin within " + BatchChain.LONGEST.toSeconds() + " s are finished"
                : "the batch in hand is finished";
    }

    void mayApprove(JsonNode json) {
        CommandReader.Approved approval = read(() -> CommandReader.approval(json));
        if (approvedBefore(approval)) {
            return;
        }
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
        if (!approvedBefore(approval)) {
            approved = Optional.of(run.fingerprint());
            run.note("approved plan " + run.fingerprint() + approval.word());
            run.now("the plan was approved");
        }
        return new CommandAnswer(
                RunState.RUNNING, "the plan begins, once it is seen that the cluster is still the same");
    }

    /** Given a second time it changes nothing, while the run is at work on that plan. */
    private boolean approvedBefore(CommandReader.Approved approval) {
        return !run.legal().isEmpty()
                && approved(run.fingerprint())
                && run.fingerprint().startsWith(approval.fingerprint());
    }

    void mayRetry(JsonNode json) {
        read(() -> CommandReader.word("retry", json));
        if (!retriesAlready()) {
            requireLegal(Command.RETRY);
        }
    }

    /** Given a second time it changes nothing, until the run halts anew. */
    private boolean retriesAlready() {
        return retry && run.state() != RunState.HALTED && !run.legal().isEmpty();
    }

    CommandAnswer retry(JsonNode json) {
        if (!retriesAlready()) {
            requireLegal(Command.RETRY);
            run.note("retry" + CommandReader.word("retry", json));
            retry = true;
            run.now("tries again what halted");
        }
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
            // On the way back already, it only need not wait for the window any more.
            if (!(returning && command == Command.ROLLBACK)) {
                work.ifPresent(scope -> scope.cancel(command.word()));
            }
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
