package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowServiceException;
import io.temporal.client.WorkflowStub;
import io.temporal.common.WorkflowExecutionHistory;
import io.temporal.failure.ApplicationFailure;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** One expansion with fake activities, whichever server it runs on. */
abstract class ScriptedRun implements AutoCloseable {
    /** A heartbeat that is sent at once sees a cancel at once; a machine that has much else to do is no deadlock. */
    static final WorkerOptions WORKER = WorkerOptions.newBuilder()
            .setDefaultDeadlockDetectionTimeout(30_000)
            .setMaxHeartbeatThrottleInterval(Duration.ofMillis(20))
            .setDefaultHeartbeatThrottleInterval(Duration.ofMillis(20))
            .build();

    static final String SMALL = """
            {'cluster': {'name': 'orders', 'seeds': ['10.0.0.1:7001']},
             'add': {'masters': ['10.0.0.4:7004'], 'replicas': ['10.0.0.14:7014']},
             'backup': 'none', 'approval': 'NONE'%s}""";

    static final JsonNode NOTHING = SlotferryJson.mapper().nullNode();

    /** Far more than any step takes: what has not come by then never comes. */
    private static final Duration LONGEST = Duration.ofSeconds(150);

    /** For an answer, or for a workflow task: a machine that has much else to do is not away. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    final FakeActivities fake = new FakeActivities();

    abstract WorkflowClient client();

    abstract String taskQueue();

    /** Options of a connection that waits for its answers. */
    static WorkflowServiceStubsOptions.Builder patient() {
        return WorkflowServiceStubsOptions.newBuilder().setRpcTimeout(PATIENCE).setRpcQueryTimeout(PATIENCE);
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
        return client().newUntypedWorkflowStub(
                        Names.EXPAND_CLUSTER,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(taskQueue())
                                .setWorkflowId(Names.expansion("orders"))
                                .setWorkflowTaskTimeout(PATIENCE)
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
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < deadline) {
            try {
                ExpandStatus status = status(stub);
                if (expected.test(status)) {
                    return status;
                }
            } catch (WorkflowServiceException e) {
                // No answer this time.
            }
            LockSupport.parkNanos(25_000_000);
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

    WorkflowStub lease() {
        return client().newUntypedWorkflowStub(
                        Names.lease(SimulatedCluster.node(1).id().value()));
    }

    WorkflowExecutionHistory history(WorkflowStub stub) {
        return client().fetchHistory(stub.getExecution().getWorkflowId());
    }

    long events(WorkflowStub stub, EventType type) {
        return history(stub).getHistory().getEventsList().stream()
                .filter(event -> event.getEventType() == type)
                .count();
    }

    void awaitEvent(WorkflowStub stub, EventType type) {
        await(stub, status -> events(stub, type) > 0);
    }

    @Override
    public abstract void close();
}
