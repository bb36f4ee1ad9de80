package io.slotferry.workflows.expand;

import io.slotferry.planning.Balance;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.PlanAnswer;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.StopAfter;
import io.slotferry.workflows.contract.WeighedSlots;
import io.temporal.workflow.CancellationScope;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** All that stands before the first change: preflight, plan, approval, lease. */
final class Agreement {
    /** How long a plan waits to be approved. */
    static final Duration APPROVAL_EXPIRES_AFTER = Duration.ofHours(24);

    private static final int BRIEF = 8;

    private final ExpandRequest request;
    private final Run run;
    private final Steering steering;
    private final Rooms rooms;
    private final Lease lease;
    private final Boundary boundary;
    private BigKeys bigKeys = BigKeys.NONE;
    private Optional<WeighedSlots> weights = Optional.empty();

    Agreement(ExpandRequest request, Run run, Steering steering, Rooms rooms, Lease lease) {
        this.request = request;
        this.run = run;
        this.steering = steering;
        this.rooms = rooms;
        this.lease = lease;
        this.boundary = new Boundary(run, steering);
    }

    /**
     * Empty where the cluster is held and the plan may begin, else how the run ends here.
     *
     * @throws io.temporal.failure.TemporalFailure where anything stands in the way; nothing was touched
     */
    Optional<Ending> reach() {
        PreflightReport preflight = preflight();
        if (request.stopsAfter(StopAfter.BACKUP)) {
            // Nobody has to agree to a backup, which changes nothing, and no plan is needed.
            run.now("takes the lease on the cluster");
            lease.take(preflight.members());
            return Optional.empty();
        }
        if (request.stopsAfter(StopAfter.CHECKS)) {
            return Optional.of(Ending.rehearsed("the checks passed; nothing was touched"));
        }
        lookForBigKeys(preflight);
        if (request.stopsAfter(StopAfter.PREFLIGHT)) {
            return Optional.of(Ending.rehearsed("preflight passed; nothing was touched"));
        }
        run.begin(Phase.PLAN, "makes the plan");
        weigh();
        run.planned(makePlan(request, "make the plan"));
        if (run.plan().isEmpty()) {
            return Optional.of(Ending.alreadyDone());
        }
        requireWantedPlan();
        if (request.stopsAfter(StopAfter.PLAN)) {
            return Optional.of(Ending.rehearsed("this is the plan; nothing was touched"));
        }
        return agree();
    }

    private PreflightReport preflight() {
        run.begin(Phase.PREFLIGHT, "checks the cluster and the new nodes");
        PreflightReport report =
                rooms.looking("check the cluster and the new nodes").preflight(request);
        CancellationScope.throwCanceled();
        run.preflight(report);
        warnOfUnmatched(report.unmatched());
        if (!report.passed()) {
            // While another run is at work, much of what it does looks like something amiss.
            lease.refuseIfHeld(report.members());
            throw Failures.of(blocked(report));
        }
        return report;
    }

    private void warnOfUnmatched(List<String> entries) {
        entries.forEach(entry -> run.warn("accept: no check answered to \"" + entry + "\""));
    }

    /** Once all else passed, since it takes as long as there are keys. */
    private void lookForBigKeys(PreflightReport report) {
        run.now("looks for keys too big to be moved");
        bigKeys = rooms.scanning("look for keys too big to be moved").scanBigKeys(request);
        CancellationScope.throwCanceled();
        List<String> unneeded = bigKeys.unneeded(request);
        run.preflight(report.with(bigKeys.answer(request.bigKeys()), unneeded));
        warnOfUnmatched(unneeded);
    }

    /** Once, since keys come and go: a plan that is made again is to be the same. */
    private void weigh() {
        if (request.balance() != Balance.SLOTS) {
            run.now("weighs slots by " + request.balance().words());
            WeighedSlots weighed =
                    rooms.looking("weigh slots by " + request.balance().words()).weighSlots(request);
            CancellationScope.throwCanceled();
            run.note("slots are weighed by " + request.balance().words() + ": " + weighed.how());
            weights = Optional.of(weighed);
        }
    }

    static Halt blocked(PreflightReport report) {
        List<String> blocking = report.results().stream()
                .filter(CheckResult::blocks)
                .map(check -> check.subject() + ": " + check.evidence()
                        + (check.remedy().isEmpty() ? "" : "; remedy: " + check.remedy()))
                .toList();
        return new Halt(
                FailureKind.PREFLIGHT_FAILED,
                "Preflight failed on " + blocking.size() + (blocking.size() == 1 ? " check" : " checks")
                        + "; nothing was touched.",
                blocking,
                "remedy what the checks name, then start again");
    }

    /** The cluster is looked at again once it is held: nobody may have changed it since the plan was approved. */
    private Optional<Ending> agree() {
        while (true) {
            if (request.asksForApproval()) {
                awaitApproval();
            }
            if (boundary.pass(Duration.ZERO, request.prepareBefore().orElse(Duration.ZERO))) {
                lookForBigKeys(preflight());
            }
            String agreed = run.fingerprint();
            run.now("takes the lease on the cluster");
            lease.take(run.members());
            PlanAnswer now = makePlan(request.agreedOn(agreed), "make the plan again, now that the cluster is held");
            run.planned(now);
            if (now.plan().isEmpty()) {
                return Optional.of(Ending.alreadyDone());
            }
            if (agreed.equals(run.fingerprint())) {
                return Optional.empty();
            }
            replaced(agreed);
        }
    }

    /**
     * The same once more, after the window was waited for: load, health and the plan are looked at again, while the lease
     * is held.
     */
    Optional<Ending> stillHolds() {
        String agreed = run.fingerprint();
        preflight();
        run.begin(Phase.PLAN, "makes the plan again, now that the window is open");
        PlanAnswer now = makePlan(request.agreedOn(agreed), "make the plan again, now that the window is open");
        run.planned(now);
        if (now.plan().isEmpty()) {
            return Optional.of(Ending.alreadyDone());
        }
        if (agreed.equals(run.fingerprint())) {
            return Optional.empty();
        }
        replaced(agreed);
        return agree();
    }

    private void requireWantedPlan() {
        request.plan().filter(wanted -> !wanted.equals(run.fingerprint())).ifPresent(wanted -> {
            throw Failures.of(new Halt(
                    FailureKind.NOT_APPROVED,
                    "The cluster or the request is another one than plan " + brief(wanted)
                            + " was made for: the plan would be " + brief(run.fingerprint()) + ". Nothing was touched.",
                    List.of("wanted: " + wanted, "made now: " + run.fingerprint()),
                    "slotferry plan again, look at it, and start with that"));
        });
    }

    private void replaced(String agreed) {
        requireWantedPlan();
        lease.release();
        run.warn("the cluster changed after plan " + brief(agreed) + " was made; plan " + brief(run.fingerprint())
                + " takes its place");
    }

    private PlanAnswer makePlan(ExpandRequest wanted, String summary) {
        PlanAnswer answer = rooms.looking(summary).makePlan(wanted, bigKeys, weights);
        CancellationScope.throwCanceled();
        return answer;
    }

    private void awaitApproval() {
        Plan plan = run.plan().orElseThrow();
        steering.expectApproval();
        run.awaiting(
                "plan " + brief(plan.fingerprint()) + " waits for approval",
                Run.now().plus(APPROVAL_EXPIRES_AFTER));
        boolean approved = Waits.until(
                () -> steering.approved(plan.fingerprint()),
                APPROVAL_EXPIRES_AFTER,
                "the approval of plan " + brief(plan.fingerprint()) + " expires");
        if (!approved) {
            throw Failures.of(new Halt(
                    FailureKind.NOT_APPROVED,
                    "Nobody approved plan " + brief(plan.fingerprint()) + " within " + APPROVAL_EXPIRES_AFTER.toHours()
                            + " hours; nothing was touched.",
                    List.of(),
                    "start again, and approve the plan in time"));
        }
    }

    private static String brief(String fingerprint) {
        return fingerprint.length() <= BRIEF ? fingerprint : fingerprint.substring(0, BRIEF);
    }
}
