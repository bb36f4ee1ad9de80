package io.slotferry.starter;

import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.BatchProgress.Earlier;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.time.Instant;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * One look at a run.
 *
 * @param taskQueue that a worker must poll to answer for the run
 * @param status empty where no worker answered the query
 * @param progress of the batch in hand, from its last heartbeat
 * @param retry of the activity in hand, where its last attempt failed
 */
record Look(
        Run run,
        WorkflowExecutionStatus execution,
        String taskQueue,
        Optional<ExpandStatus> status,
        Optional<BatchProgress> progress,
        Optional<Retry> retry,
        Instant at) {

    /**
     * An activity that is being tried again.
     *
     * @param attempt the one under way or to come, from 1
     * @param why its last attempt failed, one line or several
     * @param kind of that failure; empty where it is none of slotferry's own
     * @param since when it waits
     * @param until when the run halts, if that lasts
     * @param next when the next attempt begins; empty while one is under way
     */
    record Retry(
            String activity,
            int attempt,
            String why,
            Optional<FailureKind> kind,
            Optional<Instant> since,
            Optional<Instant> until,
            Optional<Instant> next) {}

    /** As the run says, but that an activity which waits by being tried again shows as WAITING. */
    RunState state() {
        RunState said = status.map(ExpandStatus::state).orElse(RunState.WAITING);
        return said == RunState.RUNNING && retry.flatMap(Retry::kind).isPresent() ? RunState.WAITING : said;
    }

    boolean closed() {
        return execution != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /** Slots at their targets: those of finished batches and of the one in hand. */
    int slotsMoved() {
        return status.map(s ->
                        (int) Math.min(s.slots(), s.slotsMoved() + sinceThen(Earlier::slots, BatchProgress::slotsDone)))
                .orElse(0);
    }

    long keysMoved() {
        return status.map(s -> s.keysMoved() + sinceThen(Earlier::keys, BatchProgress::keysMoved))
                .orElse(0L);
    }

    /** As MEMORY USAGE estimates. */
    long bytesMoved() {
        return status.map(s -> s.bytesMoved() + sinceThen(Earlier::bytes, BatchProgress::bytesMoved))
                .orElse(0L);
    }

    /** The batch in hand, or the last finished, from 1; 0 before the first. */
    int batch() {
        return inHand().map(BatchProgress::number)
                .orElse(status.map(ExpandStatus::batch).orElse(0));
    }

    /** What the status does not tell of yet: by the batch in hand, and by those before it in the same activity. */
    private long sinceThen(ToLongFunction<Earlier> before, ToLongFunction<BatchProgress> now) {
        return inHand().map(p -> before.applyAsLong(earlier(p)) + now.applyAsLong(p))
                .orElse(0L);
    }

    /**
     * The heartbeat of the activity that moves the batch which the status calls the one in hand. The status was asked first: a
     * heartbeat of that same activity afterwards shows that its figures are not yet among the status's.
     */
    Optional<BatchProgress> inHand() {
        return progress.filter(
                p -> status.filter(s -> s.batch() == p.number() - earlier(p).batches())
                        .isPresent());
    }

    private static Earlier earlier(BatchProgress progress) {
        return progress.earlier().orElse(Earlier.NONE);
    }
}
