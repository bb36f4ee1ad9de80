package io.slotferry.starter;

import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import java.time.Instant;
import java.util.Optional;

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
        return status.map(s -> Math.min(
                        s.slots(),
                        s.slotsMoved() + inHand().map(BatchProgress::slotsDone).orElse(0)))
                .orElse(0);
    }

    long keysMoved() {
        return status.map(s ->
                        s.keysMoved() + inHand().map(BatchProgress::keysMoved).orElse(0L))
                .orElse(0L);
    }

    /** As MEMORY USAGE estimates. */
    long bytesMoved() {
        return status.map(s ->
                        s.bytesMoved() + inHand().map(BatchProgress::bytesMoved).orElse(0L))
                .orElse(0L);
    }

    /**
     * The heartbeat of the batch that the status calls the one in hand. The status was asked first: a heartbeat of that
     * same batch afterwards shows that its figures are not yet among the status's.
     */
    Optional<BatchProgress> inHand() {
        return progress.filter(p -> status.filter(s -> s.batch() == p.number()).isPresent());
    }
}
