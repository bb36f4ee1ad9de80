package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandClusterWorkflow;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.lease.ClusterLeaseWorkflowImpl;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** One expansion on the in-memory server, which skips time, with fake activities. */
final class ExpandTestRun implements AutoCloseable {
    static final String SMALL = """
            {'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7001']},
             'add': {'masters': ['10.0.0.4:7004'], 'replicas': ['10.0.0.14:7014']},
             'backup': 'none', 'approval': 'NONE'%s}""";

    static final JsonNode NOTHING = SlotferryJson.mapper().nullNode();

    final FakeActivities fake = new FakeActivities();
    final TestWorkflowEnvironment server;

    ExpandTestRun() {
        this(ExpandClusterWorkflowImpl.class);
    }

    /** Begins at this time. */
    ExpandTestRun(Instant now) {
        this(ExpandClusterWorkflowImpl.class, now);
    }

    ExpandTestRun(Class<? extends ExpandClusterWorkflow> implementation) {
        this(implementation, Instant.now());
    }

    private ExpandTestRun(Class<? extends ExpandClusterWorkflow> implementation, Instant now) {
        server = TestWorkflowEnvironment.newInstance(TestEnvironmentOptions.newBuilder()
                .setWorkflowClientOptions(WorkflowClientOptions.newBuilder()
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build())
                .setInitialTime(now)
                .build());
        fake.clock = () -> Instant.ofEpochMilli(server.currentTimeMillis());
        // A heartbeat that is sent at once sees a cancel at once.
        Worker worker = server.newWorker(
                Names.TASK_QUEUE,
                WorkerOptions.newBuilder()
                        .setDefaultDeadlockDetectionTimeout(30_000)
                        .setMaxHeartbeatThrottleInterval(Duration.ofMillis(20))
                        .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(20))
                        .build());
        worker.registerWorkflowImplementationTypes(implementation, ClusterLeaseWorkflowImpl.class);
        worker.registerActivitiesImplementations(fake);
        server.start();
    }

    static String request(String more) {
        return SMALL.formatted(more);
    }

    static JsonNode json(String text) {
        try {
            return SlotferryJson.mapper().readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }

    WorkflowStub start(String request) {
        return startWith(json(request));
    }

    WorkflowStub startWith(Object... arguments) {
        WorkflowStub stub = stub();
        stub.start(arguments);
        return stub;
    }

    WorkflowStub stub() {
        WorkflowClient client = server.getWorkflowClient();
        return client.newUntypedWorkflowStub(
                Names.EXPAND_CLUSTER,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(Names.TASK_QUEUE)
                        .setWorkflowId(Names.expansion("orders"))
                        .build());
    }

    ExpandResult result(WorkflowStub stub) {
        return stub.getResult(ExpandResult.class);
    }

    /** The failure that closed the run. */
    ApplicationFailure failure(WorkflowStub stub) {
        Throwable failed = catchThrowable(() -> stub.getResult(ExpandResult.class));
        assertThat(failed).hasCauseInstanceOf(ApplicationFailure.class);
        return (ApplicationFailure) failed.getCause();
    }

    ExpandStatus status(WorkflowStub stub) {
        return stub.query("status", ExpandStatus.class);
    }

    CommandAnswer command(WorkflowStub stub, String command, String argument) {
        return stub.update(command, CommandAnswer.class, json(argument));
    }

    /** Why a command was refused. */
    String refusal(WorkflowStub stub, String command, String argument) {
        Throwable refused = catchThrowable(() -> command(stub, command, argument));
        assertThat(refused).hasCauseInstanceOf(ApplicationFailure.class);
        return ((ApplicationFailure) refused.getCause()).getOriginalMessage();
    }

    ExpandStatus await(WorkflowStub stub, RunState state) {
        return await(stub, status -> status.state() == state);
    }

    /** Polls without letting time skip. */
    ExpandStatus await(WorkflowStub stub, Predicate<ExpandStatus> expected) {
        for (int i = 0; i < 400; i++) {
            ExpandStatus status = status(stub);
            if (expected.test(status)) {
                return status;
            }
            try {
                Thread.sleep(25);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }
        throw new AssertionError("never came; the last status was " + status(stub) + ", calls " + fake.calls);
    }

    /** The calls whose name begins so. */
    List<String> calls(String prefix) {
        return fake.calls.stream().filter(call -> call.startsWith(prefix)).toList();
    }

    /** The old nodes belong to the cluster, the new ones do not, every slot is where it was, and so is the setting. */
    void assertAsBefore() {
        assertThat(fake.cluster.seen()).isEqualTo(new SimulatedCluster().seen());
        assertSettingsPutBack();
    }

    void assertSettingsPutBack() {
        assertThat(fake.cluster.members())
                .allSatisfy(node -> assertThat(fake.cluster.setting(node)).isEqualTo("yes"));
    }

    boolean leaseIsHeld() {
        WorkflowStub lease = lease();
        return lease.describe().getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /**
     * The in-memory server does not tell a parent that its child was terminated; that it completed, it does, a little
     * later: only then has the lease ended for the run.
     */
    void endLease() {
        String run = lease().describe()
                .getWorkflowExecutionInfo()
                .getParentExecution()
                .getWorkflowId();
        long before = endedChildren(run);
        lease().signal("release");
        while (endedChildren(run) == before) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Starts a run that is terminated inside this call, which then does nothing (more). */
    void terminateIn(String call, String request) {
        WorkflowStub run = stub();
        fake.before(call, () -> {
            run.terminate("test");
            throw ApplicationFailure.newNonRetryableFailure("terminated", "Test");
        });
        run.start(json(request));
        assertThat(catchThrowable(() -> run.getResult(ExpandResult.class))).hasCauseInstanceOf(TerminatedFailure.class);
        fake.before(call, () -> {});
        // The in-memory server does not end the children of a run that is terminated.
        lease().signal("release");
        while (leaseIsHeld()) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    private long endedChildren(String workflowId) {
        return server.getWorkflowClient().fetchHistory(workflowId).getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED)
                .count();
    }

    private WorkflowStub lease() {
        return server.getWorkflowClient()
                .newUntypedWorkflowStub(
                        Names.lease(SimulatedCluster.node(1).id().value()));
    }

    WorkflowExecutionHistory history(WorkflowStub stub) {
        return server.getWorkflowClient().fetchHistory(stub.getExecution().getWorkflowId());
    }

    long events(WorkflowStub stub, EventType type) {
        return history(stub).getHistory().getEventsList().stream()
                .filter(event -> event.getEventType() == type)
                .count();
    }

    void awaitEvent(WorkflowStub stub, EventType type) {
        await(stub, status -> events(stub, type) > 0);
    }

    void sleep(Duration duration) {
        server.sleep(duration);
    }

    @Override
    public void close() {
        server.close();
    }
}
