package io.slotferry.distribution;

import io.slotferry.worker.SlotferryWorker;
import io.slotferry.worker.WorkerSettings;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A worker as slotferry's own, with traps in front of every command that changes a node. */
final class TrappedWorker {
    /** Where the folder of its traps is named. */
    static final String TRAPS = "SLOTFERRY_TEST_TRAPS";

    private TrappedWorker() {}

    /** Takes {@code --task-queue NAME --reports-dir DIR}. */
    public static void main(String[] arguments) throws InterruptedException {
        List<String> options = List.of(arguments);
        Map<String, String> environment = System.getenv();
        Traps traps = new Traps(Path.of(environment.get(TRAPS)));
        WorkflowClient client = WorkflowClient.newInstance(
                WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                        .setTarget(environment.get("TEMPORAL_ADDRESS"))
                        .build()),
                WorkflowClientOptions.newBuilder()
                        .setNamespace(environment.get("TEMPORAL_NAMESPACE"))
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build());
        SlotferryWorker.start(
                client,
                new WorkerSettings(
                        options.get(options.indexOf("--task-queue") + 1),
                        environment,
                        Optional.empty(),
                        Path.of(options.get(options.indexOf("--reports-dir") + 1))),
                connections -> access -> new TrappedNodes(connections.to(access), traps));
        System.out.println("worker ready");
        new CountDownLatch(1).await();
    }
}
