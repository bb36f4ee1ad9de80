package io.slotferry.workflows.expand;

import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.ValidationReport;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import java.util.List;
import java.util.Optional;

/** How a run ends that does not complete: by a failure, or by the operator's word. Runs where no cancel reaches. */
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

    /** After a failure before any slot may have moved; what was done is undone, what was not is left alone. */
    Ending failed(TemporalFailure failure) {
        Halt halt = Failures.haltOf(failure);
        if (!changes.any()) {
            return Ending.failed(RunState.REFUSED, halt, "nothing was touched; remedy the cause, then start again");
        }
        run.rollingBack(halt.message());
        undo();
        return changes.any()
                ? Ending.failed(RunState.STOPPED, halt, "not everything could be undone: see the warnings")
                : Ending.failed(
                        RunState.ROLLED_BACK, halt, "everything was undone; remedy the cause, then start again");
    }

    /** After the operator's word, wherever the run stood. */
    Ending stopped(TemporalFailure interruption) {
        if (!isCancel(interruption)) {
            run.warn("while it was being stopped: "
                    + Failures.haltOf(interruption).message());
        }
        if (!changes.any()) {
            return Ending.stopped(Optional.empty(), "nothing was touched");
        }
        return changes.slotsMayHaveMoved() ? stoppedAfterSlotsMoved() : stoppedBefore();
    }

    private Ending stoppedBefore() {
        run.rollingBack("undoes what was done, since no slot has moved");
        undo();
        return Ending.stopped(
                Optional.empty(),
                changes.any()
                        ? "not everything could be undone, see the warnings"
                        : "everything was undone; start the same request again when you like");
    }

    private Ending stoppedAfterSlotsMoved() {
        Plan plan = run.plan().orElseThrow();
        run.stopping("brings the cluster into good order");
        if (attempt("the lease could not be taken again", this::holdAgain)) {
            attachWhereSlotsAre(plan);
            attempt("settings were not put back", this::restoreSettings);
        }
        run.begin(Phase.VALIDATE, "validates the cluster as it is");
        ValidationReport[] report = new ValidationReport[1];
        attempt(
                "the cluster was not validated",
                () -> report[0] = rooms.looking("validate the cluster as it is")
                        .validate(new ValidateOrder(request.access(), plan, false, changes.attached())));
        Optional<ValidationReport> validation = Optional.ofNullable(report[0]);
        validation.ifPresent(this::warnOfWhatFailed);
        return Ending.stopped(
                validation, "start the same request again: it plans the rest (slotferry expand, with the same nodes)");
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
        report.checks().stream()
                .filter(CheckResult::blocks)
                .forEach(check -> run.warn(check.subject() + ": " + check.evidence()));
    }

    /**
     * Settings go back first, while the nodes that are to be removed still have the IDs by which their values were
     * recorded; no master has lost a slot, so no replica wanders.
     */
    private void undo() {
        boolean held = insist("the lease could not be taken again", this::holdAgain);
        if (!held) {
            return;
        }
        insist("settings were not put back", this::restoreSettings);
        insist("the new nodes were not removed", () -> {
            if (!changes.joined().isEmpty()) {
                rooms.joining("remove the nodes that this run added").removeNodes(request.access(), changes.joined());
                changes.joinedRemoved();
            }
        });
    }

    private void restoreSettings() {
        Optional<Settings> prior = changes.settings();
        if (prior.isPresent()) {
            rooms.joining("put " + prior.get().parameter() + " back")
                    .restoreSettings(request.access(), prior.get())
                    .forEach(run::warn);
            changes.settingsRestored();
        }
    }

    private void holdAgain() {
        try {
            lease.require();
        } catch (TemporalFailure lost) {
            lease.require();
        }
    }

    /** Undoing halts where it fails and is tried again on retry, until the operator wants the run to end. */
    private boolean insist(String otherwise, Runnable step) {
        while (!steering.stopAsked()) {
            try {
                step.run();
                return true;
            } catch (TemporalFailure failure) {
                if (!steering.stopAsked()) {
                    new HaltedWait(run, steering).untilRetry(Failures.haltOf(failure));
                    run.rollingBack("tries again to undo what was done");
                }
            }
        }
        return attempt(otherwise, step);
    }

    /** One attempt; a failure becomes a warning. */
    private boolean attempt(String otherwise, Runnable step) {
        try {
            step.run();
            return true;
        } catch (TemporalFailure failure) {
            Halt halt = Failures.haltOf(failure);
            run.warn(otherwise + ": " + halt.message() + (halt.next().isEmpty() ? "" : "; next: " + halt.next()));
            return false;
        }
    }

    private static boolean isCancel(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CanceledFailure) {
                return true;
            }
        }
        return false;
    }
}
