package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.FailureKind;
import java.util.List;
import java.util.Optional;

/**
 * Tells a batch's migration jobs from anybody else's: servers give a job no owner, so it is the batch's where its slots and
 * its ends are those of a lane. One that an attempt before left behind is gone on with.
 *
 * @param way where a batch only comes to its end, what others do is none of its business
 */
record OwnJobs(List<LaneTask> tasks, Way way) {
    /** The lane that a job belongs to. */
    Optional<LaneTask> laneOf(Job job) {
        return tasks.stream().filter(task -> task.migrates(job)).findFirst();
    }

    /**
     * Makes sure that a node has no other job at work.
     *
     * @throws Halted of kind FOREIGN_MIGRATION, naming each
     */
    void requireNoOther(NodeAddress node, MigrationJobs jobs) {
        List<String> foreign = jobs.running().stream()
                .filter(job -> way != Way.SETTLE && laneOf(job).isEmpty())
                .map(job -> node + ": " + job.text())
                .toList();
        if (!foreign.isEmpty()) {
            throw new Halted(
                    FailureKind.FOREIGN_MIGRATION,
                    "Somebody else migrates slots by the server's own means.",
                    foreign,
                    "find out who started it and let it finish, or cancel it on " + node
                            + (jobs.kind() == MigrationJobs.Kind.IMPORT
                                    ? " (CLUSTER MIGRATION CANCEL ALL)"
                                    : " (CLUSTER CANCELSLOTMIGRATIONS)")
                            + "; then slotferry retry");
        }
    }
}
