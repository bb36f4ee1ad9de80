package io.slotferry.workflows.expand;

import io.slotferry.planning.Attachment;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import io.slotferry.workflows.contract.CourseSoFar;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.Settings;
import io.temporal.workflow.CancellationScope;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Steps into the place of a run that is closed: its cluster, its plan, the settings as they were before it, and all that it
 * may have changed. Preflight and approval were that run's; who owns which slot now is read from the cluster.
 */
final class Succession {
    private final RunRecord record;
    private final Run run;
    private final Rooms rooms;
    private final Lease lease;
    private final Changes changes;

    Succession(RunRecord record, Run run, Rooms rooms, Lease lease, Changes changes) {
        this.record = record;
        this.run = run;
        this.rooms = rooms;
        this.lease = lease;
        this.changes = changes;
    }

    /**
     * Until this returns nothing was touched; after it, everything that the closed run changed is this run's.
     *
     * @throws io.temporal.failure.TemporalFailure where another run holds the cluster, or somebody else changed it since
     */
    void begin() {
        Plan plan = record.plan();
        run.begin(Phase.PLAN, "takes over run " + record.runId() + " of " + record.workflowId());
        // A later expansion may have named its lease by one of the nodes that this plan adds.
        lease.refuseIfHeld(added(plan).map(Member::id).toList());
        lease.take(record.members());
        CourseSoFar course = rooms.looking("see how far " + record.workflowId() + " has come")
                .readCourse(run.access(), plan);
        CancellationScope.throwCanceled();
        run.resumes(course);
        rooms.recording("write down what going on or undoing would need").writeRecord(run.record(record.settings()));
        CancellationScope.throwCanceled();
        changes.inherit(record.settings(), joined(plan), course.filled());
        changes.mayHavePutBack(ofMembers(record.settings(), course.members()));
    }

    private static Settings ofMembers(Settings settings, List<NodeId> members) {
        return new Settings(
                settings.parameter(),
                settings.priors().stream()
                        .filter(prior -> members.contains(prior.node().id()))
                        .toList());
    }

    /** The newest first, as they would be removed: replicas before the masters that they follow. */
    private List<Member> joined(Plan plan) {
        List<NodeId> before = record.joinedBefore();
        List<Member> joined = new ArrayList<>();
        added(plan).filter(node -> !before.contains(node.id())).forEach(node -> joined.add(0, node));
        return joined;
    }

    private static Stream<Member> added(Plan plan) {
        return Stream.concat(
                plan.shards().stream().filter(PlannedShard::added).map(PlannedShard::master),
                plan.attachments().stream().map(Attachment::replica));
    }
}
