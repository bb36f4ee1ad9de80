package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.AtomicOffer;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what is left of a batch to its targets, behind the fence: by the servers' own migration where the order wants it and
 * every node offers it, else key by key.
 */
final class Movement {
    private static final Logger log = LoggerFactory.getLogger(Movement.class);
    private static final Duration LEFT_BEHIND_LIMIT = Duration.ofMinutes(10);

    private final ClusterReader reader;
    private final BatchOrder order;
    private final BatchRun run;
    private final ChangeSession session;
    private final Lifeline lifeline;
    private Map<NodeAddress, MigrationJobs> masters = Map.of();

    Movement(ClusterReader reader, BatchOrder order, BatchRun run, ChangeSession session, Lifeline lifeline) {
        this.reader = reader;
        this.order = order;
        this.run = run;
        this.session = session;
        this.lifeline = lifeline;
    }

    /**
     * Brings migration jobs to their end that attempts before have left behind.
     *
     * @return whether there were any: owners may be others now
     * @throws Halted of kind FOREIGN_MIGRATION where somebody else's runs
     */
    boolean endJobs(List<LaneTask> tasks) {
        OwnJobs own = new OwnJobs(tasks, order.way());
        Map<LaneTask, Job> left = new LinkedHashMap<>();
        masters = session.ask(Node::migrationJobs);
        masters.forEach((address, jobs) -> {
            own.requireNoOther(address, jobs);
            jobs.running().forEach(job -> own.laneOf(job).ifPresent(task -> left.putIfAbsent(task, job)));
        });
        left.forEach((task, job) -> {
            log.info("goes on with what an attempt before has left behind: {}", job.text());
            try (LaneMover lane = new LaneMover(task, run, session)) {
                end(job, lane, new JobWatch(lane, own, lifeline, () -> {}));
            } catch (Halted | NodeFailure e) {
                JobWatch.abandon(session.at(task.target().address()), task, e);
                throw e;
            }
        });
        return !left.isEmpty();
    }

    private void end(Job job, LaneMover lane, JobWatch watch) {
        boolean sameEnds = job.source().equals(lane.task().source().id())
                && job.target().equals(lane.task().target().id());
        if (!sameEnds) {
            watch.cancelled(job.slots(), "an end of it failed over");
        } else if (watch.end(job.slots(), LEFT_BEHIND_LIMIT).moved()) {
            run.jobMoved(lane.task(), job.slots(), 0, 0);
        }
    }

    /** Moves what is left of these lanes. */
    void move(List<LaneTask> tasks, List<NodeView> views) {
        Kind kind = !AtomicOffer.isTakenWhereOffered(order.migration()) || order.way() == Way.SETTLE
                ? Kind.NONE
                : offered(views);
        if (kind == Kind.NONE) {
            new Lanes(order, run, session, lifeline).move(tasks);
            return;
        }
        // A server migrates nothing by itself while a slot stands open on it.
        List<LaneTask> open = new ArrayList<>();
        List<LaneTask> whole = new ArrayList<>();
        for (LaneTask task : tasks) {
            SlotRanges opened = opened(task, views);
            open.add(task.of(task.pending().intersect(opened)));
            whole.add(task.of(task.pending().minus(opened)).settled());
        }
        new Lanes(order, run, session, lifeline).move(open);
        if (!run.stopping()) {
            List<LaneTask> failed = new AtomicLanes(order, run, session, lifeline, kind).move(whole);
            failed.forEach(task -> run.byKeys(task.pending().size()));
            new Lanes(order, run, session, lifeline).move(failed);
        }
    }

    private static SlotRanges opened(LaneTask task, List<NodeView> views) {
        return SlotRanges.union(
                ClusterViews.openSlots(views).stream().filter(task::opens).map(OpenSlots::slots));
    }

    /** All nodes are asked where every master offers it. */
    private Kind offered(List<NodeView> views) {
        if (masters.values().stream().anyMatch(jobs -> jobs.kind() == Kind.NONE)) {
            return Kind.NONE;
        }
        List<NodeAddress> nodes =
                views.stream().map(view -> view.self().address()).toList();
        AtomicOffer offer = AtomicOffer.of(reader.ask(nodes, AtomicOffer::asked));
        if (offer.kind() == Kind.NONE) {
            log.info("batch {} moves key by key: {}", order.number(), offer.without());
        }
        return offer.kind();
    }
}
