package io.slotferry.workflows.expand;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.OnFailure;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.slotferry.workflows.contract.ValidationReport;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.failure.TimeoutFailure;
import java.util.List;
import java.util.Optional;

/**
 * How a run ends that does not complete, by a failure or by the operator's word: it goes back ({@link WayBack}), or stops
 * where it is in good order. Runs where no cancel reaches.
 */
final class Retreat {
    private final ExpandRequest request;
    private final Run run;
    private final Steering steering;
    private final Rooms rooms;
    private final Lease lease;
    private final Changes changes;

    Retreat(ExpandRequest request, Run run, Steering steering, Rooms rooms, Lease lease, Changes changes) {
        this.request = request;
        this.run = run;
        this.steering = steering;
        this.rooms = rooms;
        this.lease = lease;
        this.changes = changes;
    }

    /** After this failure, which the operator's word may have caused. */
    Ending after(TemporalFailure failure) {
        Optional<Command> word = steering.lastWord();
        if (word.isEmpty()) {
            return failed(Failures.haltOf(failure));
        }
        if (!has(CanceledFailure.class, failure)) {
            run.warn("while it was being stopped: "
                    + (has(TimeoutFailure.class, failure)
                            ? "the worker that had the step in hand was not heard of any more"
                            : Failures.haltOf(failure).message()));
        }
        if (!changes.any()) {
            String untouched = "nothing was touched";
            return word.get() == Command.ROLLBACK
                    ? Ending.rolledBack(Optional.empty(), untouched)
                    : Ending.stopped(Optional.empty(), untouched);
        }
        return goesBack(word.get()) ? back(word.get().word() + " was asked for", Optional.empty()) : here();
    }

    private boolean goesBack(Command word) {
        return switch (word) {
            case ROLLBACK -> true;
            case CANCEL -> !changes.slotsMayHaveMoved() || request.onFailure() == OnFailure.ROLL_BACK;
            case STOP_HERE, APPROVE, PAUSE, RESUME, RETRY, RETUNE -> false;
        };
    }

    /** After a failure that is not halted on; what was done is undone, what was not is left alone. */
    private Ending failed(Halt halt) {
        return changes.any()
                ? back(halt.message(), Optional.of(halt))
                : Ending.failed(
                        RunState.REFUSED,
                        halt,
                        Optional.empty(),
                        "nothing was touched; "
                                + (halt.kind().proceeds() == Proceeds.NOBODY
                                        ? halt.next()
                                        : "remedy the cause, then start again"));
    }

    /**
     * Undoes all that was changed, which {@code stop-here} or Temporal's own cancel can still end.
     *
     * @param why for status and trail
     * @param failure that the run closes with; empty where it was asked for
     */
    Ending back(String why, Optional<Halt> failure) {
        ValidationReport[] report = new ValidationReport[1];
        try {
            steering.returning(
                    () -> report[0] = new WayBack(request, run, steering, rooms, lease, changes).complete(why));
        } catch (TemporalFailure interruption) {
            if (!has(CanceledFailure.class, interruption)) {
                run.warn("the way back was not finished: " + text(Failures.haltOf(interruption)));
            }
            Ending here = here();
            return failure.map(halt -> Ending.failed(RunState.STOPPED, halt, here.validation(), here.next()))
                    .orElse(here);
        }
        Optional<ValidationReport> validation = Optional.of(report[0]);
        return failure.map(halt -> Ending.failed(
                        RunState.ROLLED_BACK,
                        halt,
                        validation,
                        "everything was undone; remedy the cause, then start again"))
                .orElseGet(() -> Ending.rolledBack(
                        validation, "everything was undone; start the same request again when you like"));
    }

    /** Ends with the cluster as it is, whole and serving. */
    private Ending here() {
        Plan plan = run.plan().orElseThrow();
        run.stopping("brings the cluster into good order");
        if (attempt("the lease could not be taken again", this::holdAgain)) {
            attempt("slots may still be open", this::finishOpenSlots);
            attachWhereSlotsAre(plan);
            attempt("settings were not put back", this::restoreSettings);
        }
        run.begin(Phase.VALIDATE, "validates the cluster as it is");
        ValidationReport[] report = new ValidationReport[1];
        attempt(
                "the cluster was not validated",
                () -> report[0] = rooms.looking("validate the cluster as it is")
                        .validate(new ValidateOrder(
                                request.access(), plan, Expected.SERVING, changes.attached(), List.of())));
        Optional<ValidationReport> validation = Optional.ofNullable(report[0]);
        validation.ifPresent(this::warnOfWhatFailed);
        return Ending.stopped(
                validation,
                "slotferry expand --continue " + run.calledBy() + " goes on where it stopped; slotferry rollback --of "
                        + run.calledBy() + " undoes it");
    }

    /** What a batch leaves open that did not end by itself is served by both ends, and would be for ever. */
    private void finishOpenSlots() {
        if (changes.slotsMayHaveMoved()) {
            new Settlement(run, rooms).completeSoon();
        }
    }

    /** A new master that got slots needs its replicas; one that got none stays the empty member that it is. */
    private void attachWhereSlotsAre(Plan plan) {
        List<Pairing> pairings = BatchOrders.pairings(
                plan, shard -> changes.filled(shard) && plan.shards().get(shard).added());
        if (changes.attached() || pairings.isEmpty()) {
            return;
        }
        boolean done = attempt(
                "replicas were not attached", () -> rooms.joining("attach the replicas of masters that own slots")
                        .attachReplicas(request.access(), pairings));
        if (done && pairings.size() == plan.attachments().size()) {
            changes.attachedAll();
        }
    }

    private void warnOfWhatFailed(ValidationReport report) {
        report.failures().forEach(run::warn);
    }

    private void restoreSettings() {
        changes.settings().ifPresent(prior -> rooms.restoreSettings(request.access(), prior, run::warn));
        changes.settingsRestored();
    }

    private void holdAgain() {
        try {
            lease.require();
        } catch (TemporalFailure lost) {
            lease.require();
        }
    }

    /** One attempt; a failure becomes a warning. */
    private boolean attempt(String otherwise, Runnable step) {
        try {
            step.run();
            return true;
        } catch (TemporalFailure failure) {
            run.warn(otherwise + ": " + text(Failures.haltOf(failure)));
            return false;
        }
    }

    private static String text(Halt halt) {
        return halt.message() + (halt.next().isEmpty() ? "" : "; next: " + halt.next());
    }

    private static boolean has(Class<? extends TemporalFailure> type, Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
