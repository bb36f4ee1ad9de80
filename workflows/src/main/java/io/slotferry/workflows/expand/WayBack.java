package io.slotferry.workflows.expand;

import io.slotferry.planning.Batch;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.Activities.Expected;
import io.slotferry.workflows.contract.Activities.ReturnOrder;
import io.slotferry.workflows.contract.Activities.ValidateOrder;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.ReturnPlan;
import io.slotferry.workflows.contract.ValidationReport;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TemporalFailure;
import io.temporal.workflow.CancellationScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The way back: open slots finished, every slot returned to the shard that it came from, the new nodes removed, settings put
 * back, and all of it looked at. A step that fails is halted on and repeated; each is convergent, so that it does not matter
 * where the run stood, nor how often the way back is begun.
 */
final class WayBack {
    /** CLUSTER FORGET keeps a node out for a minute: whoever still knows it tells the others of it after that. */
    static final Duration LOOK_AGAIN_AFTER = Duration.ofSeconds(60);

    /**
     * A node that left answers CLUSTERDOWN where it answered MOVED before. A client may hold a slot for its own until it asks
     * for it again: a minute is as long as the libraries take that renew their map by the clock.
     */
    private static final Duration CLIENTS_LEARN = Duration.ofSeconds(60);

    private final ExpandRequest request;
    private final Run run;
    private final Steering steering;
    private final Rooms rooms;
    private final Lease lease;
    private final Changes changes;
    private final Plan plan;
    private final Boundary boundary;
    private final Migrations migrations;
    private final Pace pace;

    WayBack(ExpandRequest request, Run run, Steering steering, Rooms rooms, Lease lease, Changes changes) {
        this.request = request;
        this.run = run;
        this.steering = steering;
        this.rooms = rooms;
        this.lease = lease;
        this.changes = changes;
        this.plan = run.plan().orElseThrow();
        this.boundary = new Boundary(run, steering, steering::returnsNow);
        this.migrations = new Migrations(run);
        this.pace = new Pace(run);
    }

    /**
     * Goes back all the way.
     *
     * @param why it is done, for status and trail
     * @throws CanceledFailure where the operator wants the run to end before that
     */
    ValidationReport complete(String why) {
        run.rollingBack(why);
        holdAgain();
        if (changes.slotsMayHaveMoved()) {
            step(this::setAgain);
            step(this::returnSlots);
            changes.emptied();
        }
        step(this::removeNodes);
        // Now that nodes are gone every member is known to answer, and no replica of an emptied master can wander.
        step(this::restoreSettings);
        if (!changes.removed().isEmpty()) {
            lookAgain();
        }
        return validated();
    }

    /** While masters empty no replica is to wander: a run that ended before this one has put the setting back. */
    private void setAgain() {
        changes.putBack().ifPresent(settings -> {
            run.goingBack("sets " + settings.parameter() + " to no again");
            rooms.joining("set " + settings.parameter() + " to no").applySetting(request.access(), settings, "no");
            changes.setAgain();
        });
    }

    /** Planned anew each time: what was done already is not done again. */
    private void returnSlots() {
        run.goingBack("plans the way back");
        ReturnPlan way = rooms.looking("plan the way back")
                .planReturn(new ReturnOrder(request.access(), plan, BatchOrders.slotsPerBatch(request, plan), false));
        CancellationScope.throwCanceled();
        run.returned().left(way.batches().size(), way.slots());
        rooms.batches()
                .settle(
                        way.settle(),
                        batch -> BatchOrders.settle(run.request(), plan, way, batch, Way.BACK),
                        run::goingBack);
        for (int i = 0; i < way.batches().size(); i++) {
            returnBatch(way, way.batches().get(i));
            if (i < way.batches().size() - 1) {
                boundary.pause(
                        "pause before return batch " + (run.returned().batchesDone() + 1) + "/"
                                + run.returned().batches(),
                        rooms.batches()::pause);
            }
        }
        run.goingBackAt(Run.now().plus(CLIENTS_LEARN), "clients learn where the slots are before the new nodes leave");
        Waits.pause(CLIENTS_LEARN, "clients learn where the slots are before the new nodes leave");
    }

    private void returnBatch(ReturnPlan way, Batch batch) {
        Tally tally = run.returned();
        int number = tally.batchesDone() + 1;
        awaitTurn();
        BatchOrder order = order(way, batch, number);
        String summary = Summaries.returnBatch(order, tally.batches());
        tally.begin(order, Run.now());
        rooms.batches()
                .move(
                        () -> {
                            run.goingBack(summary);
                            return order(way, batch, number);
                        },
                        this::awaitTurn,
                        summary,
                        outcome -> {
                            tally.record(outcome, Run.now());
                            run.felt(outcome);
                            migrations.record(outcome);
                            pace.record(outcome);
                        });
    }

    private void awaitTurn() {
        boundary.pass(run.returned().likely(), Duration.ZERO);
    }

    private BatchOrder order(ReturnPlan way, Batch batch, int number) {
        return BatchOrders.back(run.request(), plan, way, batch, number)
                .under(new BatchOrder.Terms(
                        Optional.empty(), boundary.notAfter(run.returned().likely())));
    }

    private void removeNodes() {
        if (!changes.joined().isEmpty()) {
            run.goingBack("removes the nodes that this run added");
            List<String> unseen = rooms.joining("remove the nodes that this run added")
                    .removeNodes(request.access(), changes.joined());
            changes.joinedRemoved();
            unseen.forEach(run::warn);
        }
    }

    private void lookAgain() {
        run.goingBackAt(
                Run.now().plus(LOOK_AGAIN_AFTER),
                "looks once more whether anybody still knows the removed nodes, since FORGET holds for "
                        + LOOK_AGAIN_AFTER.toSeconds() + " s");
        Waits.pause(LOOK_AGAIN_AFTER, "FORGET holds so long: then look at the removed nodes again");
        step(() -> {
            run.goingBack("looks at the removed nodes again");
            rooms.joining("look at the removed nodes again")
                    .removeNodes(request.access(), changes.removed())
                    .forEach(run::warn);
        });
    }

    private void restoreSettings() {
        changes.settings().ifPresent(prior -> {
            run.goingBack("puts settings back");
            rooms.restoreSettings(request.access(), prior, run::warn);
            changes.settingsRestored();
        });
    }

    private ValidationReport validated() {
        ValidationReport[] report = new ValidationReport[1];
        step(() -> {
            run.goingBack("compares the cluster with what it was");
            report[0] = rooms.looking("compare the cluster with what it was")
                    .validate(new ValidateOrder(request.access(), plan, Expected.AS_BEFORE, false, notToBeMembers()));
            if (!report[0].passed()) {
                throw Failures.of(notAsBefore(report[0]));
            }
        });
        return report[0];
    }

    private List<NodeId> notToBeMembers() {
        return plan.newNodes().stream()
                .map(Member::id)
                .filter(id -> !run.joinedBefore().contains(id))
                .toList();
    }

    private static Halt notAsBefore(ValidationReport report) {
        return new Halt(
                FailureKind.VALIDATION_FAILED,
                "The cluster is not as it was before the run.",
                report.failures(),
                "mend what is named, then slotferry retry; or slotferry stop-here ends the run with the cluster as it is");
    }

    /** A lease that ended under the run is no reason to halt before the way back: the first step takes it again. */
    private void holdAgain() {
        try {
            lease.require();
        } catch (TemporalFailure lost) {
            run.note("takes the lease again: " + Failures.haltOf(lost).message());
        }
    }

    private void step(Runnable step) {
        while (true) {
            try {
                lease.require();
                CancellationScope.throwCanceled();
                step.run();
                CancellationScope.throwCanceled();
                return;
            } catch (TemporalFailure failure) {
                if (steering.stopAsked()) {
                    throw failure;
                }
                new HaltedWait(run, steering).untilRetry(Failures.haltOf(failure));
                CancellationScope.throwCanceled();
                run.goingBack("tries again what halted");
            }
        }
    }
}
