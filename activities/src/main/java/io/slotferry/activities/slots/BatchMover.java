package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.AtomicOffer;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.cluster.Sweep;
import io.slotferry.activities.guard.BatchGuard;
import io.slotferry.activities.guard.BatchGuard.Ends;
import io.slotferry.activities.pacing.Pacer;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.activities.slots.Gate.Passed;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.KnownNode.Role;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.NodeView;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Way;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one batch. Resuming is starting: it reads the cluster and does what is left. In order:
 *
 * <ol>
 *   <li>The {@link Gate}: every node answers, all agree, and nobody else changed anything.
 *   <li>The {@link BatchGuard}, where no slot is in hand: load is under the request's thresholds.
 *   <li>The fence on every master: connections of older attempts are killed.
 *   <li>The masters are read once more, since what an older attempt had sent may have run until the fence stood.
 *   <li>Migration jobs that attempts before have left behind come to their end.
 *   <li>The lanes move, some side by side. Where a shard fails over under them, all of this begins again.
 * </ol>
 */
public final class BatchMover {
    private static final Logger log = LoggerFactory.getLogger(BatchMover.class);

    private static final int MOST_RECOVERIES = 6;
    private static final long RECOVERY_PAUSE_MILLIS = 100;

    private final ClusterReader reader;
    private final Optional<Course> course;
    private final BatchGuard guard;
    private final Patience patience;
    private final MoveMeters.OfRun meters;

    /**
     * How long an attempt itself waits for what settles by itself; then it fails, and the next one does.
     *
     * @param agreement after the batch before, for the last nodes to learn of it
     * @param failover for a new master: longer than a cluster-node-timeout of 15 s and an election
     * @param relook after which load is looked at again inside a batch
     */
    record Patience(Duration agreement, Duration failover, Duration relook) {
        static final Patience USUAL =
                new Patience(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(30));

        Patience(Duration agreement, Duration failover) {
            this(agreement, failover, USUAL.relook());
        }
    }

    /** Moves batches that belong to no plan: the gate sees no more than their own slots. */
    public BatchMover(ClusterReader reader) {
        this(reader, Optional.empty());
    }

    /** Moves batches of a plan, where it is known. */
    public BatchMover(ClusterReader reader, Optional<Course> course) {
        this(reader, course, Patience.USUAL);
    }

    /** The same behind a guard, which holds back a batch that has not begun; one that returns slots it lets pass. */
    BatchMover(ClusterReader reader, Optional<Course> course, BatchGuard guard, MoveMeters.OfRun meters) {
        this(reader, course, guard, Patience.USUAL, meters);
    }

    BatchMover(ClusterReader reader, Optional<Course> course, Patience patience) {
        this(reader, course, BatchGuard.none(), patience);
    }

    BatchMover(ClusterReader reader, Optional<Course> course, BatchGuard guard, Patience patience) {
        this(reader, course, guard, patience, MoveMeters.none());
    }

    private BatchMover(
            ClusterReader reader,
            Optional<Course> course,
            BatchGuard guard,
            Patience patience,
            MoveMeters.OfRun meters) {
        this.reader = reader;
        this.course = course;
        this.guard = guard;
        this.patience = patience;
        this.meters = meters;
    }

    /**
     * Moves what is left of the batch, or a part of it that ends at a slot boundary where a stop is requested.
     *
     * @throws Halted where it does not go on; slots in hand may be open then, and are served by both ends
     * @throws NodeFailure where a node does not answer
     * @throws Lifeline.Superseded where this attempt may change nothing any more
     */
    public BatchOutcome move(BatchOrder order, Lifeline lifeline) {
        return move(order, lifeline, new ProcessMemory(order.known()));
    }

    /** The same; {@code memory} tells afterwards what was learnt, also where it failed. */
    BatchOutcome move(BatchOrder order, Lifeline lifeline, ProcessMemory memory) {
        memory.recall(lifeline.lastReport());
        return new Attempt(order, lifeline, memory).move();
    }

    /** How far batches with these nodes are now. */
    BatchesBegun begun(BatchOrder order, Lifeline lifeline) {
        return new Gate(reader, order, lifeline, course).begun();
    }

    /** One attempt at one batch. */
    private final class Attempt {
        private final BatchOrder order;
        private final Lifeline lifeline;
        private final ProcessMemory memory;
        private final TakenSlots taken = new TakenSlots();
        private final Gate gate;
        private final BatchRun run;
        private final Paces paces;
        private final long began = System.nanoTime();
        private Optional<ClientLatency.Look> felt = Optional.empty();
        private int resumed = -1;

        Attempt(BatchOrder order, Lifeline lifeline, ProcessMemory memory) {
            this.order = order;
            this.lifeline = lifeline;
            this.memory = memory;
            this.gate = new Gate(reader, order, lifeline, course);
            this.run = new BatchRun(order, lifeline, memory, taken, meters);
            this.paces = new Paces(reader.nodes(), order, guard.thresholds(), meters);
            taken.recall(lifeline.lastReport());
            paces.recall(lifeline.lastReport());
        }

        BatchOutcome move() {
            Passed passed = gate.pass(patience.agreement());
            Ends ends = ends(passed);
            boolean jobAtWork = isJobAtWork(passed);
            boolean isUnderWay = jobAtWork || gate.underWay(passed.cluster().views());
            if (!isUnderWay && order.terms().over(Instant.now())) {
                log.info(
                        "batch {} does not begin after {}",
                        order.number(),
                        order.terms().notAfter());
                return outcome();
            }
            if (!jobAtWork && !standsOpen(passed)) {
                felt = look(ends);
            }
            for (int recoveries = 0; ; recoveries++) {
                try {
                    moveThrough(passed);
                    guard.after(ends);
                    return outcome();
                } catch (Halted | NodeFailure e) {
                    if (recoveries == MOST_RECOVERIES
                            || lifeline.stopRequested()
                            || waits(e)
                            || !settlesByItself(e, passed)) {
                        throw e;
                    }
                    log.warn("batch {} reads the cluster anew: {}", order.number(), e.getMessage());
                    LockSupport.parkNanos(recoveries * RECOVERY_PAUSE_MILLIS * 1_000_000);
                    passed = gate.pass(patience.failover());
                }
            }
        }

        /** Slots go home under any load. */
        private Optional<ClientLatency.Look> look(Ends ends) {
            return order.way() == Way.THERE ? guard.before(ends) : Optional.empty();
        }

        /** Whether a slot of the batch is in hand: then it goes on, whatever the load. */
        private boolean standsOpen(Passed passed) {
            return ClusterViews.openSlots(passed.cluster().views()).stream()
                    .anyMatch(open -> passed.tasks().stream().anyMatch(task -> task.opens(open)));
        }

        /** Whether a job that an attempt before has left behind moves slots of the batch. */
        private boolean isJobAtWork(Passed passed) {
            OwnJobs own = new OwnJobs(passed.tasks(), order.way());
            return AtomicOffer.isTakenWhereOffered(order.migration())
                    && reader.ask(masters(passed), Node::migrationJobs).answers().values().stream()
                            .flatMap(jobs -> jobs.running().stream())
                            .anyMatch(job -> own.laneOf(job).isPresent());
        }

        private Ends ends(Passed passed) {
            return new Ends(
                    reader,
                    passed.cluster(),
                    passed.tasks().stream().map(LaneTask::from).toList(),
                    passed.tasks().stream().map(LaneTask::to).toList());
        }

        private void moveThrough(Passed before) {
            run.anew();
            try (Pacer pacer = paces.start(before.tasks(), run::stopping);
                    ChangeSession session = ChangeSession.open(reader.nodes(), lifeline, masters(before))) {
                Movement movement = new Movement(reader, order, run, session, lifeline);
                boolean ended = movement.endJobs(before.tasks());
                Passed passed = lookAgain(ended ? gate.pass(patience.agreement()) : before, session);
                new StaleMarks(passed.cluster(), slots()).clear(reader, session);
                taken.requireNotPending(passed.tasks());
                int pending = passed.tasks().stream()
                        .mapToInt(task -> task.pending().size())
                        .sum();
                resumed = resumed < 0 ? order.slots() - pending : resumed;
                meters.pacing(run::paced, () -> run.progress().latency());
                run.begin(order.slots() - pending, pacer, new Relook(patience.relook(), () -> look(ends(before))));
                movement.move(passed.tasks(), passed.cluster().views());
            } finally {
                meters.paced(run.paced(), run.progress().latency());
                paces.learn(run.paced());
            }
        }

        private SlotRanges slots() {
            return SlotRanges.union(order.moves().stream().map(BatchOrder.Move::slots));
        }

        /** Masters through the connections that are there already; replicas as they were seen a moment ago. */
        private Passed lookAgain(Passed before, ChangeSession session) {
            Map<NodeId, NodeAddress> fenced = new HashMap<>();
            before.cluster().cluster().shards().stream()
                    .map(Shard::master)
                    .forEach(master -> fenced.put(master.id(), master.address()));
            Map<NodeAddress, NodeView> now = session.ask(Node::view);
            List<NodeView> views = before.cluster().views().stream()
                    .map(view -> fenced.containsKey(view.viewer()) ? now.get(fenced.get(view.viewer())) : view)
                    .toList();
            return gate.pass(new Sweep(views, before.silent()));
        }

        private BatchOutcome outcome() {
            BatchProgress progress = run.progress();
            log.info(
                    "batch {}: {} of {} slots done, {} keys moved by this attempt",
                    order.number(),
                    progress.slotsDone(),
                    progress.slots(),
                    progress.keysMoved());
            return new BatchOutcome(
                    progress,
                    progress.slotsDone() == order.slots(),
                    Math.max(0, resumed),
                    (System.nanoTime() - began) / 1_000_000,
                    Optional.of(memory.atRest()),
                    run.atomic(),
                    run.paced(),
                    felt);
        }
    }

    private static List<NodeAddress> masters(Passed passed) {
        return passed.cluster().cluster().shards().stream()
                .map(Shard::master)
                .map(Member::address)
                .toList();
    }

    /** Whether the batch is to wait with nothing in hand, and to say what for: by its next attempts. */
    private static boolean waits(RuntimeException failure) {
        return failure instanceof Halted halted
                && (halted.halt().kind() == FailureKind.LOAD_TOO_HIGH
                        || halted.halt().kind() == FailureKind.NOT_HEALTHY);
    }

    /** Whether a failure is of the kind that passes, or comes of a shard that has another master than the lanes had. */
    private boolean settlesByItself(RuntimeException failure, Passed passed) {
        if (failure instanceof NodeFailure.Unreachable) {
            return true;
        }
        if (failure instanceof Halted halted && halted.halt().kind().proceeds() == Proceeds.RETRY) {
            return true;
        }
        return passed.tasks().stream().anyMatch(task -> changedHands(task.from()) || changedHands(task.to()));
    }

    private boolean changedHands(Shard shard) {
        List<NodeAddress> members = shard.members().map(Member::address).toList();
        List<NodeId> masters = new ArrayList<>();
        for (NodeView view : reader.ask(members, node -> node.view()).answers().values()) {
            if (view.self().role() == Role.MASTER) {
                masters.add(view.viewer());
            }
        }
        return !masters.equals(List.of(shard.master().id()));
    }
}
