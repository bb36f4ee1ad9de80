package io.slotferry.starter;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.planning.Plan;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures.Waiting;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.enums.v1.PendingActivityState;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.failure.v1.Failure;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowResponse;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.ApplicationFailure;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Looks at runs and gives them commands. */
final class Runs {
    private static final long DEADLINE_SECONDS = 10;
    /** A worker that replays a long history answers in two or three; without one there is no answer at all. */
    private static final long QUERY_SECONDS = 8;

    /** Their heartbeats tell of the batch in hand. */
    private static final Set<String> MOVING = Set.of("MoveBatch", "MoveBatches");

    private final Connection temporal;

    Runs(Connection temporal) {
        this.temporal = temporal;
    }

    /**
     * A look at the run; without a worker that answers it holds what the server alone knows.
     *
     * @throws StatusRuntimeException where the server is away
     */
    Look look(Run run) {
        Optional<ExpandStatus> status = query(run, "status", ExpandStatus.class);
        DescribeWorkflowExecutionResponse described = describe(run);
        Optional<PendingActivityInfo> pending =
                described.getPendingActivitiesList().stream().findFirst();
        return new Look(
                run,
                described.getWorkflowExecutionInfo().getStatus(),
                described.getExecutionConfig().getTaskQueue().getName(),
                status,
                pending.flatMap(this::progress),
                pending.flatMap(this::retry),
                Instant.now());
    }

    /** The plan as data, where it is made and a worker answers. */
    Optional<Plan> plan(Run run) {
        return query(run, "plan", Plan.class);
    }

    DescribeWorkflowExecutionResponse describe(Run run) {
        return temporal.stubs()
                .blockingStub()
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(temporal.namespace())
                        .setExecution(run.execution())
                        .build());
    }

    /** Whether the run has not ended. */
    boolean open(Run run) {
        return describe(run).getWorkflowExecutionInfo().getStatus()
                == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /** Empty where no worker answers, or the answer is nothing. */
    private <T> Optional<T> query(Run run, String name, Class<T> type) {
        try {
            QueryWorkflowResponse response = temporal.stubs()
                    .blockingStub()
                    .withDeadlineAfter(QUERY_SECONDS, TimeUnit.SECONDS)
                    .queryWorkflow(QueryWorkflowRequest.newBuilder()
                            .setNamespace(temporal.namespace())
                            .setExecution(run.execution())
                            .setQuery(WorkflowQuery.newBuilder().setQueryType(name))
                            .build());
            return Optional.ofNullable(temporal.client()
                    .getOptions()
                    .getDataConverter()
                    .fromPayloads(0, Optional.of(response.getQueryResult()), type, type));
        } catch (DataConverterException e) {
            return Optional.empty();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNAVAILABLE) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private Optional<BatchProgress> progress(PendingActivityInfo activity) {
        Payloads details = activity.getHeartbeatDetails();
        if (details.getPayloadsCount() == 0
                || !MOVING.contains(activity.getActivityType().getName())) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(temporal.client()
                    .getOptions()
                    .getDataConverter()
                    .fromPayload(details.getPayloads(0), BatchProgress.class, BatchProgress.class));
        } catch (DataConverterException e) {
            return Optional.empty();
        }
    }

    private Optional<Look.Retry> retry(PendingActivityInfo activity) {
        if (!activity.hasLastFailure() || activity.getAttempt() < 2) {
            return Optional.empty();
        }
        boolean waits = activity.getState() == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
                && activity.hasNextAttemptScheduleTime();
        Failure failure = activity.getLastFailure();
        Optional<Waiting> waiting = waiting(failure);
        return Optional.of(new Look.Retry(
                activity.getActivityType().getName(),
                activity.getAttempt(),
                failure.getMessage(),
                kind(failure),
                waiting.map(Waiting::since),
                waiting.map(Waiting::until),
                waits
                        ? Optional.of(Instant.ofEpochSecond(
                                activity.getNextAttemptScheduleTime().getSeconds()))
                        : Optional.empty()));
    }

    private static Optional<FailureKind> kind(Failure failure) {
        return Arrays.stream(FailureKind.values())
                .filter(kind ->
                        kind.name().equals(failure.getApplicationFailureInfo().getType()))
                .findFirst();
    }

    /** Beside the halt, where the server kept the details of so large a failure. */
    private Optional<Waiting> waiting(Failure failure) {
        Payloads details = failure.getApplicationFailureInfo().getDetails();
        if (details.getPayloadsCount() < 3) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(temporal.client()
                    .getOptions()
                    .getDataConverter()
                    .fromPayload(details.getPayloads(2), Waiting.class, Waiting.class));
        } catch (DataConverterException e) {
            return Optional.empty();
        }
    }

    /**
     * Gives a command and waits for its answer.
     *
     * @throws CommandException where the run refuses it, or no worker answers in time
     */
    CommandAnswer command(Run run, RunState.Command command, JsonNode argument) {
        String update = command.word();
        FutureTask<CommandAnswer> answer = new FutureTask<>(() -> stub(run)
                .startUpdate(
                        UpdateOptions.newBuilder(CommandAnswer.class)
                                .setUpdateName(update)
                                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                                .build(),
                        argument)
                .getResultAsync()
                .get());
        Thread waiting = new Thread(answer, update);
        waiting.setDaemon(true);
        waiting.start();
        try {
            return answer.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new CommandException(
                    ExitCode.NO_WORKER,
                    "No worker answered \"" + update + "\" to " + run.workflowId() + " within " + DEADLINE_SECONDS
                            + " s. It may still be carried out when one comes.",
                    "slotferry worker, then slotferry status " + run.workflowId());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for an answer", e);
        } catch (ExecutionException e) {
            throw refusal(run, update, e);
        }
    }

    private RuntimeException refusal(Run run, String update, ExecutionException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure refused) {
                return new CommandException(
                        ExitCode.REFUSED, refused.getOriginalMessage(), "slotferry status " + run.workflowId());
            }
            if (cause instanceof StatusRuntimeException status) {
                return status.getStatus().getCode() == Status.Code.NOT_FOUND
                        ? new CommandException(
                                ExitCode.REFUSED,
                                "Run " + run.workflowId() + " is closed: \"" + update + "\" has no one to go to.",
                                "slotferry status " + run.workflowId())
                        : status;
            }
        }
        return new CommandException(
                ExitCode.FAILED,
                "\"" + update + "\" to " + run.workflowId() + " failed: " + e.getCause(),
                "slotferry status " + run.workflowId());
    }

    WorkflowStub stub(Run run) {
        return temporal.client()
                .newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                        .setWorkflowExecution(run.execution())
                        .build());
    }
}
