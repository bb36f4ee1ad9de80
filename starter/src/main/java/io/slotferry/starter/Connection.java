package io.slotferry.starter;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.profile.BadProfile;
import io.slotferry.workflows.profile.TemporalProfile;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.taskqueue.v1.PollerInfo;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceResponse;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.api.workflowservice.v1.GetSystemInfoRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.RpcRetryOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Temporal as its own environment configuration describes it (TEMPORAL_ADDRESS and the like), with short patience. */
final class Connection implements AutoCloseable {
    private static final Duration RPC_TIMEOUT = Duration.ofSeconds(10);
    /** A worker's poll lasts up to a minute and is noted when it begins. */
    private static final Duration RECENT = Duration.ofSeconds(70);

    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;
    private final String ui;

    private Connection(WorkflowServiceStubs stubs, WorkflowClient client, String ui) {
        this.stubs = stubs;
        this.client = client;
        this.ui = ui;
    }

    /**
     * Connects and asks for the namespace.
     *
     * @param ui address of the Web UI; empty where it is not known
     */
    static Connection open(Map<String, String> environment, String ui) {
        Connection connection = unasked(environment, ui);
        try {
            connection.check();
            return connection;
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A connection on which nothing was sent yet. */
    static Connection unasked(Map<String, String> environment, String ui) {
        TemporalProfile profile;
        try {
            profile = TemporalProfile.read(environment);
        } catch (BadProfile e) {
            throw new CommandException(ExitCode.BAD_REQUEST, e.getMessage(), e.next());
        }
        WorkflowServiceStubs stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder(
                        profile.service())
                .setRpcTimeout(RPC_TIMEOUT)
                .setRpcQueryTimeout(RPC_TIMEOUT)
                .setRpcRetryOptions(RpcRetryOptions.newBuilder()
                        .setExpiration(RPC_TIMEOUT)
                        .buildWithDefaultsFrom(RpcRetryOptions.newBuilder().build()))
                .build());
        WorkflowClient client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder(profile.client())
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build());
        return new Connection(stubs, client, ui);
    }

    private void check() {
        try {
            describeNamespace();
        } catch (StatusRuntimeException e) {
            throw unreachable(e);
        }
    }

    DescribeNamespaceResponse describeNamespace() {
        return stubs.blockingStub()
                .withDeadlineAfter(RPC_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .describeNamespace(DescribeNamespaceRequest.newBuilder()
                        .setNamespace(namespace())
                        .build());
    }

    /** The version of the server, which every namespace may ask for. */
    String serverVersion() {
        return stubs.blockingStub()
                .withDeadlineAfter(RPC_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .getSystemInfo(GetSystemInfoRequest.getDefaultInstance())
                .getServerVersion();
    }

    /** The custom search attributes of the namespace, which some servers do not tell everybody. */
    Map<String, IndexedValueType> searchAttributes() {
        OperatorServiceStubs operator = OperatorServiceStubs.newServiceStubs(
                OperatorServiceStubsOptions.newBuilder(stubs.getOptions()).build());
        try {
            return operator.blockingStub()
                    .withDeadlineAfter(RPC_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                    .listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                            .setNamespace(namespace())
                            .build())
                    .getCustomAttributesMap();
        } finally {
            operator.shutdown();
        }
    }

    /** What a failed call says about the connection. */
    CommandException unreachable(StatusRuntimeException e) {
        Status.Code code = e.getStatus().getCode();
        String answer = code
                + (e.getStatus().getDescription() == null
                        ? ""
                        : ": " + e.getStatus().getDescription());
        return switch (code) {
            case NOT_FOUND ->
                new CommandException(
                        ExitCode.TEMPORAL_UNREACHABLE,
                        "Temporal at " + address() + " has no namespace \"" + namespace() + "\".\n  " + answer,
                        "set TEMPORAL_NAMESPACE, or: temporal operator namespace create " + namespace());
            case PERMISSION_DENIED, UNAUTHENTICATED ->
                new CommandException(
                        ExitCode.TEMPORAL_UNREACHABLE,
                        "Temporal at " + address() + " gives no access to namespace \"" + namespace() + "\".\n  "
                                + answer,
                        "set TEMPORAL_API_KEY or TEMPORAL_TLS_*");
            default ->
                new CommandException(
                        ExitCode.TEMPORAL_UNREACHABLE,
                        "Temporal at " + address() + " does not answer.\n  " + answer,
                        "slotferry up starts one on this machine; or set TEMPORAL_ADDRESS to where it is");
        };
    }

    WorkflowClient client() {
        return client;
    }

    WorkflowServiceStubs stubs() {
        return stubs;
    }

    String namespace() {
        return client.getOptions().getNamespace();
    }

    String address() {
        return stubs.getOptions().getTarget();
    }

    /** Whether a worker was seen to poll the queue for workflows and for activities in the last {@link #RECENT}. */
    boolean workerPolls(String taskQueue) {
        return polled(taskQueue, TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW)
                && polled(taskQueue, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY);
    }

    private boolean polled(String taskQueue, TaskQueueType type) {
        return !pollers(taskQueue, type).isEmpty();
    }

    /** Who was seen to poll the queue for such tasks in the last {@link #RECENT}. */
    List<PollerInfo> pollers(String taskQueue, TaskQueueType type) {
        Instant since = Instant.now().minus(RECENT);
        return stubs
                .blockingStub()
                .withDeadlineAfter(RPC_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
                .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                        .setNamespace(namespace())
                        .setTaskQueue(TaskQueue.newBuilder().setName(taskQueue))
                        .setTaskQueueType(type)
                        .build())
                .getPollersList()
                .stream()
                .filter(poller -> Instant.ofEpochSecond(
                                poller.getLastAccessTime().getSeconds())
                        .isAfter(since))
                .toList();
    }

    /** The run's page in the Web UI, where the UI's address is known. */
    Optional<String> page(Run run) {
        return webUi().map(links -> links.page(run));
    }

    /** The form in the Web UI that starts the expansion of a cluster, where the UI's address is known. */
    Optional<String> form(String cluster, String taskQueue) {
        return webUi().map(links -> links.form(Optional.of(Names.expansion(cluster)), taskQueue));
    }

    private Optional<WebUi> webUi() {
        return ui.isEmpty() ? Optional.empty() : Optional.of(new WebUi(ui, namespace()));
    }

    @Override
    public void close() {
        stubs.shutdownNow();
    }
}
