package io.slotferry.starter;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TerminatedFailure;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * How a closed run ended.
 *
 * @param result empty where the run was terminated or cancelled through Temporal, or ended before its request was read
 * @param halt why it did not complete
 */
record Ending(ExitCode exit, Optional<ExpandResult> result, Optional<Halt> halt) {
    private static final long DEADLINE_SECONDS = 10;

    /** Reads it from the run's last event; needs no worker. */
    static Ending of(WorkflowStub run) {
        try {
            ExpandResult result = run.getResult(DEADLINE_SECONDS, TimeUnit.SECONDS, ExpandResult.class);
            return new Ending(exitOf(result), Optional.of(result), result.halt());
        } catch (WorkflowFailedException e) {
            return failed(e);
        } catch (TimeoutException e) {
            throw new CommandException(
                    ExitCode.TEMPORAL_UNREACHABLE,
                    "Temporal did not tell the result within " + DEADLINE_SECONDS + " s.",
                    "slotferry status " + run.getExecution().getWorkflowId());
        }
    }

    private static Ending failed(WorkflowFailedException failure) {
        String id = failure.getExecution().getWorkflowId();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CanceledFailure) {
                return without(ExitCode.STOPPED, "The run was cancelled through Temporal; its result is not kept.", id);
            }
            if (cause instanceof TerminatedFailure terminated) {
                return without(ExitCode.FAILED, "The run was terminated: " + terminated.getOriginalMessage() + ".", id);
            }
            if (cause instanceof ApplicationFailure) {
                Halt halt = Failures.haltOf(cause);
                Optional<ExpandResult> result = Failures.resultOf(cause);
                return new Ending(exitOf(halt, result), result, Optional.of(halt));
            }
        }
        return without(ExitCode.FAILED, "The run failed: " + failure.getMessage(), id);
    }

    private static ExitCode exitOf(Halt halt, Optional<ExpandResult> result) {
        Optional<RunState> outcome = result.map(ExpandResult::outcome);
        if (outcome.equals(Optional.of(RunState.REFUSED)) && halt.kind() != FailureKind.BAD_REQUEST) {
            return ExitCode.REFUSED;
        }
        return outcome.equals(Optional.of(RunState.ROLLED_BACK)) ? ExitCode.STOPPED : exitOf(halt.kind());
    }

    private static Ending without(ExitCode exit, String message, String workflowId) {
        Halt halt = new Halt(
                FailureKind.DEFECT,
                message,
                List.of(),
                "slotferry expand --continue " + workflowId + " goes on where it stopped, slotferry rollback --of "
                        + workflowId + " undoes it; slotferry status " + workflowId + " shows where it stood");
        return new Ending(exit, Optional.empty(), Optional.of(halt));
    }

    private static ExitCode exitOf(ExpandResult result) {
        return switch (result.outcome()) {
            case COMPLETED -> ExitCode.OK;
            case STOPPED, ROLLED_BACK -> ExitCode.STOPPED;
            case REFUSED -> result.halt().map(halt -> exitOf(halt.kind())).orElse(ExitCode.REFUSED);
            case RUNNING, WAITING, PAUSED, HALTED, ROLLING_BACK -> ExitCode.FAILED;
        };
    }

    private static ExitCode exitOf(FailureKind kind) {
        if (kind == FailureKind.BAD_REQUEST) {
            return ExitCode.BAD_REQUEST;
        }
        return kind.proceeds() == FailureKind.Proceeds.NOBODY ? ExitCode.REFUSED : ExitCode.FAILED;
    }
}
