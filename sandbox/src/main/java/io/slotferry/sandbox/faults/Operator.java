package io.slotferry.sandbox.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.grpc.StatusRuntimeException;
import io.slotferry.planning.Plan;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.faults.RunEnd.State;
import io.slotferry.sandbox.faults.Stillness.Sign;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Failures.Waiting;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.common.v1.Payloads;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.query.v1.WorkflowQuery;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.QueryWorkflowRequest;
import io.temporal.api.workflowservice.v1.QueryWorkflowResponse;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.UpdateOptions;
import io.temporal.client.WorkflowFailedException;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowUpdateStage;
import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import io.temporal.failure.TerminatedFailure;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Starts the run, looks at it and gives it words, through Temporal as the command line does, but without losing patience. */
final class Operator {
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private final TemporalLink link;
    private final String workflowId;
    private final String taskQueue;
    private final Journal journal;

    Operator(TemporalLink link, String workflowId, String taskQueue, Journal journal) {
        this.link = link;
        this.workflowId = workflowId;
        this.taskQueue = taskQueue;
        this.journal = journal;
    }

    String workflowId() {
        return workflowId;
    }

    void start(JsonNode request) {
        journal.note("expand " + request);
        link.client()
                .newUntypedWorkflowStub(
                        Names.EXPAND_CLUSTER,
                        WorkflowOptions.newBuilder()
                                .setWorkflowId(workflowId)
                                .setTaskQueue(taskQueue)
                                .build())
                .start(request);
    }

    /** Empty while Temporal or every worker is away. */
    Optional<ExpandStatus> status() {
        return query("status", ExpandStatus.class);
    }

    /** The plan of the latest run; empty as {@link #status} is, and where none was made. */
    Optional<Plan> plan() {
        return query("plan", Plan.class);
    }

    private <T> Optional<T> query(String name, Class<T> type) {
        try {
            QueryWorkflowResponse answer = link.client()
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .queryWorkflow(QueryWorkflowRequest.newBuilder()
                            .setNamespace(namespace())
                            .setExecution(latest())
                            .setQuery(WorkflowQuery.newBuilder().setQueryType(name))
                            .build());
            return Optional.ofNullable(link.client()
                    .getOptions()
                    .getDataConverter()
                    .fromPayloads(0, Optional.of(answer.getQueryResult()), type, type));
        } catch (StatusRuntimeException | DataConverterException e) {
            return Optional.empty();
        }
    }

    /** Whether Temporal says that the latest workflow is closed. */
    boolean closed() {
        return temporalStatus()
                .filter(status -> status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING)
                .isPresent();
    }

    private Optional<WorkflowExecutionStatus> temporalStatus() {
        return description()
                .map(described -> described.getWorkflowExecutionInfo().getStatus());
    }

    private Optional<DescribeWorkflowExecutionResponse> description() {
        try {
            return Optional.of(link.client()
                    .getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(namespace())
                            .setExecution(latest())
                            .build()));
        } catch (StatusRuntimeException e) {
            return Optional.empty();
        }
    }

    /** How far the latest workflow is, and what it waits for; empty while Temporal is away. */
    Optional<Sign> sign() {
        return description()
                .map(described -> new Sign(
                        described.getWorkflowExecutionInfo().getExecution().getRunId()
                                + described.getWorkflowExecutionInfo().getHistoryLength()
                                + described.getPendingActivitiesList().stream()
                                        .map(PendingActivityInfo::getHeartbeatDetails)
                                        .toList(),
                        described.getPendingActivitiesList().stream()
                                .flatMap(activity -> waiting(activity).stream())
                                .map(Waiting::until)
                                .max(Comparator.naturalOrder())));
    }

    /** What the latest workflow has in hand, and how that failed last: the history does not tell of what is tried again. */
    List<String> pending() {
        return description().stream()
                .flatMap(described -> described.getPendingActivitiesList().stream())
                .map(activity -> activity.getActivityType().getName() + ", attempt " + activity.getAttempt() + ", "
                        + activity.getState() + ", "
                        + activity.getLastFailure().getMessage().replace("\n", " | "))
                .toList();
    }

    /** Beside the halt that it would come to, and what it knows of processes. */
    private Optional<Waiting> waiting(PendingActivityInfo activity) {
        Payloads details = activity.getLastFailure().getApplicationFailureInfo().getDetails();
        if (details.getPayloadsCount() < 3) {
            return Optional.empty();
        }
        return Optional.of(link.client()
                .getOptions()
                .getDataConverter()
                .fromPayload(details.getPayloads(2), Waiting.class, Waiting.class));
    }

    /** Gives the run a word; answers why it was not taken, empty where it was. */
    String give(String word) {
        FutureTask<CommandAnswer> answer = new FutureTask<>(() -> stub().startUpdate(
                        UpdateOptions.newBuilder(CommandAnswer.class)
                                .setUpdateName(word)
                                .setWaitForStage(WorkflowUpdateStage.COMPLETED)
                                .build(),
                        JsonNodeFactory.instance.objectNode().put("by", "faults"))
                .getResultAsync()
                .get());
        Thread waiting = new Thread(answer, word);
        waiting.setDaemon(true);
        waiting.start();
        String why;
        try {
            journal.note(word + ": "
                    + answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).next());
            return "";
        } catch (TimeoutException e) {
            why = "no answer in " + PATIENCE.toSeconds() + " s";
        } catch (ExecutionException e) {
            why = refusal(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a run was to answer", e);
        }
        journal.note(word + " was not taken: " + why);
        return why;
    }

    private static String refusal(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure refused) {
                return refused.getOriginalMessage();
            }
        }
        return String.valueOf(failure.getCause());
    }

    void terminate() {
        journal.note("terminated through Temporal");
        stub().terminate("a fault");
    }

    void cancelThroughTemporal() {
        journal.note("cancelled through Temporal");
        stub().cancel();
    }

    /**
     * Resets the run to one of its workflow tasks.
     *
     * @param pick from 0 to 1: which
     */
    void reset(double pick) {
        List<Long> tasks = link.client().fetchHistory(workflowId).getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                .map(HistoryEvent::getEventId)
                .toList();
        long task = tasks.get((int) (pick * tasks.size()));
        journal.note("reset to event " + task);
        link.client()
                .getWorkflowServiceStubs()
                .blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace(namespace())
                        .setWorkflowExecution(latest())
                        .setReason("a fault")
                        .setRequestId(UUID.randomUUID().toString())
                        .setWorkflowTaskFinishEventId(task)
                        .build());
    }

    /** How a closed run ended. */
    RunEnd end() {
        try {
            return of(stub().getResult(PATIENCE.toMillis(), TimeUnit.MILLISECONDS, ExpandResult.class));
        } catch (WorkflowFailedException e) {
            return failed(e);
        } catch (TimeoutException e) {
            return RunEnd.of(State.STUCK, "", "Temporal did not tell the result", "", List.of());
        }
    }

    private static RunEnd failed(WorkflowFailedException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CanceledFailure canceled) {
                return RunEnd.of(State.CANCELED, "", canceled.getMessage(), "", List.of());
            }
            if (cause instanceof TerminatedFailure terminated) {
                return RunEnd.of(State.TERMINATED, "", terminated.getOriginalMessage(), "", List.of());
            }
            if (cause instanceof ApplicationFailure) {
                Halt halt = Failures.haltOf(cause);
                return Failures.resultOf(cause)
                        .map(Operator::of)
                        .orElseGet(() -> RunEnd.of(
                                halt.kind().proceeds() == FailureKind.Proceeds.NOBODY ? State.REFUSED : State.FAILED,
                                halt.kind().name(),
                                halt.text(),
                                halt.next(),
                                List.of()));
            }
        }
        return RunEnd.of(State.FAILED, "", String.valueOf(failure), "", List.of());
    }

    private static RunEnd of(ExpandResult result) {
        return RunEnd.of(
                State.valueOf(result.outcome().name()),
                result.halt().map(halt -> halt.kind().name()).orElse(""),
                result.halt().map(Halt::text).orElse(""),
                result.next(),
                Stream.concat(
                                result.warnings().stream(),
                                result.trail().stream().map(ExpandResult.Note::what))
                        .toList());
    }

    /** The batches that the latest workflow moved again after they were complete. */
    List<Integer> repeated() {
        return BatchHistory.read(link.client(), workflowId).repeated();
    }

    private WorkflowStub stub() {
        return link.client().newUntypedWorkflowStub(workflowId);
    }

    private WorkflowExecution latest() {
        return WorkflowExecution.newBuilder().setWorkflowId(workflowId).build();
    }

    private String namespace() {
        return link.client().getOptions().getNamespace();
    }
}
