package io.slotferry.workflows.expand;

import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.TemporalProcess;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.lease.ClusterLeaseWorkflowImpl;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowNotFoundException;
import io.temporal.client.WorkflowStub;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.opentest4j.TestAbortedException;

/** One expansion on a real Temporal server, where no time is skipped, with fake activities. */
final class RealServerRun extends ScriptedRun {
    private final Stage stage;
    private final String namespace;
    private final WorkflowServiceStubs stubs;
    private final WorkerFactory factory;

    private RealServerRun(Stage stage, String namespace) {
        this.stage = stage;
        this.namespace = namespace;
        this.stubs = WorkflowServiceStubs.newServiceStubs(
                patient().setTarget(stage.temporal.address()).build());
        this.factory = WorkerFactory.newInstance(WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(namespace)
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build()));
        Worker worker = factory.newWorker(Names.TASK_QUEUE, WORKER);
        worker.registerWorkflowImplementationTypes(ExpandClusterWorkflowImpl.class, ClusterLeaseWorkflowImpl.class);
        worker.registerActivitiesImplementations(fake);
        factory.start();
    }

    /** A server for the runs of a class: as many at a time as it has namespaces, since they hold the same cluster. */
    static final class Stage implements AutoCloseable {
        private static final int AT_ONCE = 4;

        private final BlockingQueue<String> namespaces = new ArrayBlockingQueue<>(AT_ONCE);
        private final TemporalProcess temporal;

        Stage() {
            String[] arguments = IntStream.range(1, AT_ONCE)
                    .mapToObj(i -> "--namespace=steered-" + i)
                    .toArray(String[]::new);
            temporal = LocalTemporal.builder().arguments(arguments).startProcessOrSkip(TestAbortedException::new);
            namespaces.add(temporal.namespace());
            IntStream.range(1, AT_ONCE).forEach(i -> namespaces.add("steered-" + i));
        }

        RealServerRun run() throws InterruptedException {
            return new RealServerRun(this, namespaces.take());
        }

        @Override
        public void close() {
            temporal.close();
        }
    }

    @Override
    WorkflowClient client() {
        return factory.getWorkflowClient();
    }

    @Override
    String taskQueue() {
        return Names.TASK_QUEUE;
    }

    /** Ends what is left of the run, so that the next one in this namespace finds the cluster free. */
    @Override
    public void close() {
        endIfOpen(client().newUntypedWorkflowStub(Names.expansion("orders")));
        endIfOpen(lease());
        factory.shutdownNow();
        factory.awaitTermination(30, TimeUnit.SECONDS);
        stubs.shutdownNow();
        stage.namespaces.add(namespace);
    }

    private static void endIfOpen(WorkflowStub workflow) {
        try {
            workflow.terminate("the test is over");
        } catch (WorkflowNotFoundException over) {
            // It has ended, or never was.
        }
    }
}
