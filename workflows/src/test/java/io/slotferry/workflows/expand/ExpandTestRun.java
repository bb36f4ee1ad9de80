package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.slotferry.workflows.contract.ExpandClusterWorkflow;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.lease.ClusterLeaseWorkflowImpl;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.TerminatedFailure;
import io.temporal.testing.TestEnvironmentOptions;
import io.temporal.testing.TestWorkflowEnvironment;
import io.temporal.worker.Worker;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;

/** One expansion on the in-memory server, which skips time, with fake activities. */
final class ExpandTestRun extends ScriptedRun {
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
                .setWorkflowServiceStubsOptions(patient().build())
                .setWorkerFactoryOptions(UnhurriedActivities.FACTORY)
                .setInitialTime(now)
                .build());
        fake.clock = () -> Instant.ofEpochMilli(server.currentTimeMillis());
        Worker worker = server.newWorker(Names.TASK_QUEUE, WORKER);
        worker.registerWorkflowImplementationTypes(implementation, ClusterLeaseWorkflowImpl.class);
        worker.registerActivitiesImplementations(fake);
        server.start();
    }

    @Override
    WorkflowClient client() {
        return server.getWorkflowClient();
    }

    @Override
    String taskQueue() {
        return Names.TASK_QUEUE;
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

    void sleep(Duration duration) {
        server.sleep(duration);
    }

    @Override
    public void close() {
        server.close();
    }
}
