package io.slotferry.activities.slots;

import io.slotferry.activities.attempt.ChangeSession;
import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.redis.ChangingNode;
import io.slotferry.activities.redis.ChangingNode.SlotCheck;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.redis.MigrationJobs.Stage;
import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Follows the migration job of a lane to its end, on both of its ends, and then asks the nodes who owns the slots: what a job
 * says of itself decides nothing. A job that fails over and over, takes too long, or is in the way of a stop is cancelled.
 */
final class JobWatch {
    /** Each look is answered with all jobs that the node remembers, a thousand on Valkey. */
    private static final long FIRST_POLL_MILLIS = 5;

    private static final long LONGEST_POLL_MILLIS = 100;

    /** How long a target of Valkey that has all keys may be without a reason to wake up, and one that may soon have them. */
    private static final long WAKING_NANOS = 2_000_000;

    private static final long DROWSING_NANOS = 5_000_000;
    private static final long SLEEPING_NANOS = Long.MAX_VALUE;

    /** While the target takes in keys: to a source's clients each look is a command more, and its answer may be long. */
    private static final Duration SOURCE_ASKED_EACH = Duration.ofMillis(50);

    /** A job's end is noticed after a twentieth of its time at most. */
    private static final long LOOKS_OF_A_JOB = 20;

    /** Redis begins a failed job again each second. */
    private static final Duration FAILING_PATIENCE = Duration.ofSeconds(3);

    /** A stop lets a job that is nearly done get there. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(3);

    /** For a cancel to be done, and for both ends to be of one mind: longer than a pause of writes (10 s on Redis). */
    private static final Duration SETTLING = Duration.ofSeconds(15);

    private final LaneMover lane;
    private final OwnJobs own;
    private final Lifeline lifeline;
    private final Runnable across;
    private final Set<String> ids = new HashSet<>();
    private String why = "";
    private boolean cancelled;
    private long longestSleep = SLEEPING_NANOS;
    private long sourceAsked;
    private Duration longestAnswer = Duration.ZERO;

    /**
     * Follows one job.
     *
     * @param across run once or more as soon as the target has all its keys
     */
    JobWatch(LaneMover lane, OwnJobs own, Lifeline lifeline, Runnable across) {
        this.lane = lane;
        this.own = own;
        this.lifeline = lifeline;
        this.across = across;
    }

    /**
     * How a job ended.
     *
     * @param moved whether the target owns its slots; else the source does
     * @param why it did not move them
     */
    record Ended(boolean moved, String why) {}

    /** How long the source has let a look wait at most: so long its clients waited, too. */
    Duration longestAnswer() {
        return longestAnswer;
    }

    /**
     * Waits until no job about these slots is at work on either end.
     *
     * @param limit after which it is cancelled
     * @throws Halted of kind FOREIGN_MIGRATION where somebody else's job turns up on the ends; of a kind that is tried again
     *     where the ends do not come to rest, or are not the processes any more that they were
     */
    Ended end(SlotRanges slots, Duration limit) {
        try {
            return follow(slots, limit);
        } catch (Halted | NodeFailure e) {
            abandon(lane.target(), lane.task(), e);
            throw e;
        }
    }

    /**
     * Cancels what nobody follows any more. Redis begins a failed job again each second for as long as the target lives, so
     * also once its source came back without its data: the target would take empty slots.
     *
     * @param why it is followed no longer
     */
    static void abandon(ChangingNode target, LaneTask task, RuntimeException why) {
        try {
            MigrationJobs jobs = target.migrationJobs();
            if (jobs.kind() == Kind.IMPORT) {
                jobs.running().stream()
                        .filter(job -> !job.exported() && task.migrates(job))
                        .forEach(job -> target.cancelMigration(jobs.kind(), job.id()));
            }
        } catch (NodeFailure e) {
            // With its process the target's jobs are gone, too.
            why.addSuppressed(e);
        }
    }

    private Ended follow(SlotRanges slots, Duration limit) {
        long began = System.nanoTime();
        long failingSince = 0;
        long stoppingSince = 0;
        long cancelledAt = 0;
        while (true) {
            // A successor follows the job in this attempt's place.
            lifeline.assertMayChange(ChangeSession.COMMAND_LIMIT);
            List<Job> running = running(slots);
            if (running.isEmpty()) {
                return owner(slots);
            }
            long now = System.nanoTime();
            boolean failing = running.stream().anyMatch(job -> job.stage() == Stage.FAILING);
            if (failing) {
                lane.checkSource(List.of(), List.of());
            }
            failingSince = !failing ? 0 : failingSince == 0 ? now : failingSince;
            stoppingSince = !lane.run().stopping() ? 0 : stoppingSince == 0 ? now : stoppingSince;
            if (cancelledAt == 0) {
                if (isPast(failingSince, FAILING_PATIENCE, now)) {
                    cancel(running, "it fails again and again");
                } else if (isPast(stoppingSince, STOP_PATIENCE, now)) {
                    cancel(running, "the batch is to stop");
                } else if (isPast(began, limit, now)) {
                    cancel(running, "it took longer than " + limit.toSeconds() + " s");
                }
                cancelledAt = cancelled ? now : 0;
            } else if (isPast(cancelledAt, SETTLING, now)) {
                throw restless("A migration job of " + lane.task().name() + " does not end.", texts(running));
            }
            rest(pause(now - began));
        }
    }

    /**
     * Until the next look. A target of Valkey that has taken slots tells the source when something else wakes it up, or its
     * timer does within 100 ms; all the while the source holds back what clients write (seen on 9.1: the end of a job is handled
     * last before the node sleeps, after what is to be told). So it is given something to wake up for.
     */
    private void rest(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(Math.min(longestSleep, left));
            if (longestSleep != SLEEPING_NANOS) {
                lane.target().ping();
            }
        }
    }

    private static long pause(long nanosSoFar) {
        return Math.min(
                LONGEST_POLL_MILLIS * 1_000_000, Math.max(FIRST_POLL_MILLIS * 1_000_000, nanosSoFar / LOOKS_OF_A_JOB));
    }

    private static boolean isPast(long since, Duration patience, long now) {
        return since != 0 && now - since > patience.toNanos();
    }

    /** Cancels what an attempt before left behind in a way that cannot be gone on with. */
    Ended cancelled(SlotRanges slots, String reason) {
        cancel(running(slots), reason);
        return end(slots, SETTLING);
    }

    private void cancel(List<Job> running, String reason) {
        why = reason;
        cancelled = true;
        for (Job job : running) {
            remember(job);
        }
        Kind kind = lane.source().migrationJobs().kind();
        if (kind == Kind.MIGRATESLOTS) {
            lane.source().cancelMigration(kind, "");
        } else {
            running.stream().filter(job -> !job.exported()).forEach(job -> lane.target()
                    .cancelMigration(kind, job.id()));
        }
    }

    private void remember(Job job) {
        if (!job.message().isEmpty() && !why.contains(job.message())) {
            why = (why.isEmpty() ? "" : why + "; ") + job.message().strip();
        }
    }

    private List<Job> running(SlotRanges slots) {
        // The target first: a source that deletes what it has handed over answers nobody meanwhile.
        MigrationJobs target = lane.target().migrationJobs();
        own.requireNoOther(lane.task().target().address(), target);
        List<Job> atTarget = followed(slots, target.running());
        // One about the same slots may have ended long ago: a run before has moved them, and they came back.
        if (target.all().stream().anyMatch(job -> ids.contains(job.id()) && job.isAcross())) {
            across.run();
        }
        longestSleep = longestSleep(target.kind(), atTarget);
        // While keys come in the source is at work, too, and has cores to save for it.
        if (longestSleep == DROWSING_NANOS && !sourceIsDue()) {
            return atTarget;
        }
        return Stream.concat(followed(slots, askSource().running()).stream(), atTarget.stream())
                .toList();
    }

    private List<Job> followed(SlotRanges slots, List<Job> running) {
        List<Job> jobs = running.stream().filter(job -> isAbout(slots, job)).toList();
        jobs.forEach(job -> ids.add(job.id()));
        return jobs;
    }

    /** How long the target may be without a reason to wake up. */
    private static long longestSleep(Kind kind, List<Job> atTarget) {
        if (kind != Kind.MIGRATESLOTS || atTarget.isEmpty()) {
            return SLEEPING_NANOS;
        }
        return atTarget.stream().anyMatch(Job::isAcross) ? WAKING_NANOS : DROWSING_NANOS;
    }

    private boolean sourceIsDue() {
        return sourceAsked == 0 || isPast(sourceAsked, SOURCE_ASKED_EACH, System.nanoTime());
    }

    private MigrationJobs askSource() {
        long asked = System.nanoTime();
        MigrationJobs source = lane.source().migrationJobs();
        sourceAsked = System.nanoTime();
        Duration answered = Duration.ofNanos(sourceAsked - asked);
        longestAnswer = answered.compareTo(longestAnswer) > 0 ? answered : longestAnswer;
        own.requireNoOther(lane.task().source().address(), source);
        return source;
    }

    private boolean isAbout(SlotRanges slots, Job job) {
        return lane.task().migrates(job) && !job.slots().intersect(slots).isEmpty();
    }

    private static List<String> texts(List<Job> jobs) {
        return jobs.stream().map(Job::text).toList();
    }

    /** Asks both ends until they are of one mind. */
    private Ended owner(SlotRanges slots) {
        long end = System.nanoTime() + SETTLING.toNanos();
        while (true) {
            SlotRanges atTarget = lane.checkTarget().open().owned().intersect(slots);
            if (atTarget.equals(slots)) {
                // It is the target's from here on: should it not stay so, that must not pass for slots that never
                // moved.
                lane.taken(slots);
            }
            SlotCheck source = lane.checkSource(List.of(), List.of());
            SlotRanges atSource = source.open().owned().intersect(slots);
            if (atTarget.equals(slots) && atSource.isEmpty()) {
                return new Ended(true, "");
            }
            if (atTarget.isEmpty() && atSource.equals(slots)) {
                return new Ended(false, reason(slots));
            }
            if (System.nanoTime() > end) {
                throw restless(
                        "After a migration job, source and target of "
                                + lane.task().name() + " do not agree on who owns its slots.",
                        List.of("the source says it owns " + atSource, "the target says it owns " + atTarget));
            }
            LockSupport.parkNanos(FIRST_POLL_MILLIS * 1_000_000);
        }
    }

    private String reason(SlotRanges slots) {
        Set<String> reasons = new LinkedHashSet<>();
        if (!why.isEmpty()) {
            reasons.add(why);
        }
        Stream.of(lane.target(), lane.source())
                .flatMap(node -> node.migrationJobs().all().stream()
                        .filter(job -> isAbout(slots, job) && job.isOver())
                        .limit(1))
                .filter(job -> !job.message().isEmpty())
                .forEach(job -> reasons.add(job.message().strip()));
        return reasons.isEmpty() ? "the servers do not say why" : String.join("; ", new ArrayList<>(reasons));
    }

    private static Halted restless(String message, List<String> evidence) {
        return new Halted(
                FailureKind.VIEWS_DISAGREE,
                message,
                evidence,
                "see the logs of both nodes (it is tried again by itself), then slotferry retry");
    }
}
