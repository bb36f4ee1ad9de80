package io.slotferry.activities.looking;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.Attachment;
import io.slotferry.planning.Batch;
import io.slotferry.planning.Lane;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migration jobs of a plan that its attempts left at work when they ended. A job goes on without whoever started it, and would
 * move slots after the look at who owns them; so it is cancelled, and its slots are whole on one side.
 *
 * @param fence stands on every master
 */
record LeftJobs(Plan plan, ChangeSession fence) {
    private static final Logger log = LoggerFactory.getLogger(LeftJobs.class);

    /** Longer than the pause of writes in which a job changes owners (10 s on Redis). */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final long POLL_MILLIS = 20;

    /**
     * Cancels them and waits until none is at work.
     *
     * @param others whether somebody else's is left alone, in place of halting on it
     * @throws Halted of kind FOREIGN_MIGRATION; VIEWS_DISAGREE where a job does not end
     */
    void cancel(boolean others) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        boolean cancelled = false;
        while (true) {
            List<String> left = new ArrayList<>();
            for (NodeAddress node : fence.addresses()) {
                MigrationJobs jobs = fence.at(node).migrationJobs();
                if (!others) {
                    requireNoOther(node, jobs);
                }
                for (Job job : jobs.running().stream().filter(this::isOfPlan).toList()) {
                    left.add(node + ": " + job.text());
                    if (!cancelled && job.exported() == (jobs.kind() == Kind.MIGRATESLOTS)) {
                        log.info("cancels what an attempt has left behind on {}: {}", node, job.text());
                        fence.at(node).cancelMigration(jobs.kind(), job.id());
                    }
                }
            }
            if (left.isEmpty()) {
                return;
            }
            cancelled = true;
            if (System.nanoTime() > end) {
                throw new Halted(
                        FailureKind.VIEWS_DISAGREE,
                        "Migration jobs that were cancelled do not end.",
                        left,
                        "see the logs of these nodes (it is tried again by itself), then slotferry retry");
            }
            LockSupport.parkNanos(POLL_MILLIS * 1_000_000);
        }
    }

    private void requireNoOther(NodeAddress node, MigrationJobs jobs) {
        List<String> foreign = jobs.running().stream()
                .filter(job -> !isOfPlan(job))
                .map(job -> node + ": " + job.text())
                .toList();
        if (!foreign.isEmpty()) {
            throw new Halted(
                    FailureKind.FOREIGN_MIGRATION,
                    "Somebody else migrates slots by the server's own means; none was returned.",
                    foreign,
                    FailureKind.FOREIGN_MIGRATION.next());
        }
    }

    /** Either way: on the way there or back. */
    private boolean isOfPlan(Job job) {
        return plan.batches().stream()
                .map(Batch::lanes)
                .flatMap(List::stream)
                .filter(lane ->
                        isBetween(lane.source(), lane.target(), job) || isBetween(lane.target(), lane.source(), job))
                .map(Lane::slots)
                .reduce(job.slots(), (left, slots) -> left.minus(slots))
                .isEmpty();
    }

    private boolean isBetween(int source, int target, Job job) {
        return isMember(source, job.source()) && isMember(target, job.target());
    }

    private boolean isMember(int shard, NodeId node) {
        return Stream.concat(
                        plan.shards().get(shard).members(),
                        plan.attachments().stream()
                                .filter(attachment -> attachment.shard() == shard)
                                .map(Attachment::replica))
                .map(Member::id)
                .anyMatch(node::equals);
    }
}
