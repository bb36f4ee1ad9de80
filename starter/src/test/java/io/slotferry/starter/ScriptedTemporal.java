package io.slotferry.starter;

import io.slotferry.servers.LocalTemporal;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.TaskQueueType;
import io.temporal.api.taskqueue.v1.TaskQueue;
import io.temporal.api.workflowservice.v1.DescribeTaskQueueRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.time.Duration;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A real Temporal server, with a worker that tells of expansions by a script. */
final class ScriptedTemporal implements AutoCloseable {
    private final LocalTemporal temporal;
    private final WorkflowServiceStubs stubs;
    private final WorkerFactory factory;

    private ScriptedTemporal(LocalTemporal temporal) {
        this.temporal = temporal;
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
        factory = WorkerFactory.newInstance(WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build()));
    }

    static ScriptedTemporal start() {
        ScriptedTemporal scripted = new ScriptedTemporal(LocalTemporal.builder().startProcess());
        work(scripted.factory.newWorker(Names.TASK_QUEUE));
        scripted.factory.start();
        Awaitility.await("the worker polls").atMost(Duration.ofMinutes(3)).until(scripted::isPolled);
        return scripted;
    }

    /** As the server tells it to commands, a moment after the first polls. */
    private boolean isPolled() {
        return Stream.of(TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
                .allMatch(type -> stubs.blockingStub()
                                .describeTaskQueue(DescribeTaskQueueRequest.newBuilder()
                                        .setNamespace(temporal.namespace())
                                        .setTaskQueue(TaskQueue.newBuilder().setName(Names.TASK_QUEUE))
                                        .setTaskQueueType(type)
                                        .build())
                                .getPollersCount()
                        > 0);
    }

    private static void work(Worker worker) {
        worker.registerWorkflowImplementationTypes(ScriptedExpansion.class);
        worker.registerActivitiesImplementations(new ScriptedExpansion.ScriptedBatches());
    }

    /** Starts another worker, on a task queue of its own. */
    WorkerFactory startWorker(String taskQueue) {
        WorkerFactory another = WorkerFactory.newInstance(client());
        work(another.newWorker(taskQueue));
        another.start();
        return another;
    }

    String address() {
        return temporal.address();
    }

    WorkflowClient client() {
        return factory.getWorkflowClient();
    }

    @Override
    public void close() {
        factory.shutdownNow();
        stubs.shutdownNow();
        temporal.close();
    }
}
