package io.slotferry.workflows.expand;

import io.slotferry.planning.Member;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.Pairing;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.ExpandRequest.OnFailure;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.Settings;
import io.slotferry.workflows.contract.ValidationReport;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import java.util.List;

/** The phases that change the cluster. Each step asks for the lease first; a step that fails is halted on and repeated. */
final class Growth {
    /** Else replicas wander off by themselves to masters that are left without one. */
    private static final String REPLICA_MIGRATION = "cluster-allow-replica-migration";

    private final ExpandRequest request;
    private final Run run;
    private final Steering steering;
    private final Rooms rooms;
    private final Lease lease;
    private final Changes changes;
    private final Plan plan;

    Growth(ExpandRequest request, Run run, Steering steering, Rooms rooms, Lease lease, Changes changes) {
        this.request = request;
        this.run = run;
        this.steering = steering;
        this.rooms = rooms;
        this.lease = lease;
        this.changes = changes;
        this.plan = run.plan().orElseThrow();
    }

    Ending complete() {
        addMasters();
        return moveAndAttach();
    }

    /** The same in the place of a closed run, which may have been on its way back. */
    Ending goOn() {
        addMasters();
        if (changes.slotsMayHaveMoved()) {
            step(() -> new Settlement(run, rooms).completeHomewards());
        }
        return moveAndAttach();
    }

    private Ending moveAndAttach() {
        if (plan.attachOrder() == AttachOrder.BEFORE_RESHARD) {
            attachReplicas();
        }
        reshard();
        if (plan.attachOrder() == AttachOrder.AFTER_RESHARD) {
            attachReplicas();
        }
        return Ending.completed(validated());
    }

    private void addMasters() {
        run.begin(Phase.ADD_MASTERS, "adds the new masters");
        step(() -> {
            Settings prior = changes.settings().orElseGet(this::recordedSettings);
            rooms.joining("set " + REPLICA_MIGRATION + " to no").applySetting(request.access(), prior, "no");
        });
        List<Member> masters = plan.newMasters();
        // Once slots have moved they had all joined, and one of them may have failed over since.
        if (!masters.isEmpty() && !changes.slotsMayHaveMoved()) {
            step(() -> {
                changes.joining(masters, run.joinedBefore());
                rooms.joining("add " + addresses(masters)).addNodes(request.access(), masters);
            });
        }
    }

    /** Nothing is touched before what undoing needs is on disk and in history. */
    private Settings recordedSettings() {
        Settings prior = rooms.readingSettings("read " + REPLICA_MIGRATION)
                .readSettings(request.access(), plan.newNodes(), REPLICA_MIGRATION);
        rooms.recording("write down what going on or undoing would need").writeRecord(run.record(prior));
        changes.touching(prior);
        return prior;
    }

    private void attachReplicas() {
        List<Pairing> pairings = BatchOrders.pairings(plan, shard -> true);
        if (!pairings.isEmpty()) {
            run.begin(Phase.ADD_REPLICAS, "attaches the new replicas");
            List<Member> replicas = pairings.stream().map(Pairing::replica).toList();
            step(() -> {
                changes.joining(replicas, run.joinedBefore());
                rooms.joining("attach " + addresses(replicas)).attachReplicas(request.access(), pairings);
            });
            changes.attachedAll();
        }
    }

    private void reshard() {
        int batches = plan.batches().size();
        int first = run.tally().batchesDone();
        if (first < batches) {
            int slots = plan.movedSlots() - run.tally().slots();
            run.begin(Phase.RESHARD, "moves " + slots + " slots in " + (batches - first) + " batches");
        }
        BackupGate backup = new BackupGate(request, run, rooms, lease);
        Reshard reshard = new Reshard(run, rooms, changes, new Boundary(run, steering), backup);
        while (!reshard.done()) {
            step(reshard::move);
            reshard.pause();
        }
    }

    private ValidationReport validated() {
        run.begin(Phase.VALIDATE, "puts settings back and validates the cluster");
        step(this::restoreSettings);
        ValidationReport[] report = new ValidationReport[1];
        step(() -> {
            report[0] = validate();
            if (report[0].fails(ValidationReport.NO_OPEN_SLOT)) {
                new Settlement(run, rooms).complete();
                report[0] = validate();
            }
            if (!report[0].passed()) {
                throw Failures.of(invalid(report[0]));
            }
        });
        return report[0];
    }

    private ValidationReport validate() {
        return rooms.looking("validate the cluster")
                .validate(new ValidateOrder(request.access(), plan, Expected.BALANCED, true, List.of()));
    }

    private void restoreSettings() {
        changes.settings().ifPresent(prior -> rooms.restoreSettings(request.access(), prior, run::warn));
        changes.settingsRestored();
    }

    private static Halt invalid(ValidationReport report) {
        return new Halt(
                FailureKind.VALIDATION_FAILED,
                "The cluster is not as planned.",
                report.failures(),
                "slotferry retry validates again, slotferry stop-here ends the run as it is, slotferry rollback undoes it");
    }

    /**
     * Does one step. Where it fails before any slot may have moved, or the request wants it so, the failure goes up and
     * everything is undone; else the run halts in place, and each retry repeats the step.
     */
    private void step(Runnable step) {
        while (true) {
            try {
                lease.require();
                CancellationScope.throwCanceled();
                step.run();
                CancellationScope.throwCanceled();
                return;
            } catch (TemporalFailure failure) {
                if (steering.stopAsked() || undoesByItself()) {
                    throw failure;
                }
                new HaltedWait(run, steering).untilRetry(Failures.haltOf(failure));
            }
        }
    }

    private boolean undoesByItself() {
        return !changes.slotsMayHaveMoved() || request.onFailure() == OnFailure.ROLL_BACK;
    }

    private static String addresses(List<Member> nodes) {
        return String.join(
                ", ", nodes.stream().map(node -> node.address().toString()).toList());
    }
}
