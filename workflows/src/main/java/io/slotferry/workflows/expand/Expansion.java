package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.TakeOver;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The order of events: what is agreed before anything changes ({@link Agreement}), the change ({@link Growth}), and how it
 * ends whichever way that went ({@link Retreat}).
 */
final class Expansion {
    private final ExpandRequest request;
    private final Run run;
    private final Steering steering;
    private final Announcer announcer;
    private final Rooms rooms = new Rooms();
    private final Changes changes = new Changes();
    private final Lease lease = new Lease(rooms);
    private final Retreat retreat;
    private Optional<Ending> reached = Optional.empty();

    Expansion(ExpandRequest request, Run run, Steering steering, Announcer announcer) {
        this.request = request;
        this.run = run;
        this.steering = steering;
        this.announcer = announcer;
        this.retreat = new Retreat(request, run, steering, rooms, lease, changes);
    }

    /**
     * Runs the expansion.
     *
     * @throws io.temporal.failure.ApplicationFailure with the halt and the result as its details where it failed
     * @throws CanceledFailure where Temporal's own cancel ended it
     */
    ExpandResult toItsEnd() {
        return toItsEnd(this::phases);
    }

    /**
     * The same in the place of a run that is closed.
     *
     * @param record what that run left
     */
    ExpandResult succeeding(TakeOver.Direction direction, RunRecord record) {
        return toItsEnd(() -> {
            searchAttributes();
            new Succession(record, run, rooms, lease, changes).begin();
            if (direction == TakeOver.Direction.ROLLBACK) {
                steering.returnNow();
            }
            return direction == TakeOver.Direction.ROLLBACK
                    ? retreat.back(
                            "run " + record.runId() + " of " + record.workflowId() + " is undone", Optional.empty())
                    : new Growth(request, run, steering, rooms, lease, changes).goOn();
        });
    }

    private ExpandResult toItsEnd(Supplier<Ending> phases) {
        try {
            steering.interruptible(() -> reached = Optional.of(phases.get()));
        } catch (TemporalFailure failure) {
            uninterrupted(() -> reached = Optional.of(retreat.after(failure)));
        }
        Ending ending = reached.orElseThrow();
        run.ending();
        ExpandResult[] result = new ExpandResult[1];
        uninterrupted(() -> result[0] = close(ending));
        if (steering.cancelledByTemporal()) {
            throw new CanceledFailure(ending.outcome() + ": " + ending.next());
        }
        ending.failure().ifPresent(halt -> {
            throw Failures.of(halt, result[0]);
        });
        return result[0];
    }

    private Ending phases() {
        searchAttributes();
        Agreement agreement = new Agreement(request, run, steering, rooms, lease);
        BackupGate backup = new BackupGate(request, run, rooms, lease);
        return prepared(agreement, backup)
                .orElseGet(() -> new Growth(request, run, steering, rooms, lease, changes).complete());
    }

    /** Whatever was prepared before the window is looked at again when it opens. */
    private Optional<Ending> prepared(Agreement agreement, BackupGate backup) {
        Boundary boundary = new Boundary(run, steering);
        Optional<Ending> ending = agreement.reach().or(backup::pass);
        while (ending.isEmpty() && boundary.pass(Duration.ZERO, Duration.ZERO)) {
            ending = agreement.stillHolds();
            if (ending.isEmpty()) {
                backup.renew();
            }
        }
        return ending;
    }

    private void searchAttributes() {
        announcer.usable(
                rooms.recording("ask which search attributes there are").usableSearchAttributes());
    }

    private ExpandResult close(Ending ending) {
        lease.release();
        if (run.plan().isPresent() && request.stopAfter().isEmpty()) {
            report(ending);
        }
        run.closed(ending.outcome(), ending.failure().map(Halt::message).orElse(ending.next()));
        Workflow.await(Workflow::isEveryHandlerFinished);
        return run.result(ending);
    }

    private void report(Ending ending) {
        if (run.state() == RunState.RUNNING) {
            run.begin(Phase.REPORT, "writes the report");
        }
        try {
            rooms.optional("write the report")
                    .writeReport(run.result(ending))
                    .forEach(file -> run.note("report: " + file));
        } catch (TemporalFailure failure) {
            run.warn("no report was written: " + Failures.haltOf(failure).message());
        }
    }

    private static void uninterrupted(Runnable last) {
        CancellationScope scope = Workflow.newDetachedCancellationScope(last);
        scope.run();
    }
}
