package io.slotferry.worker;

import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Release;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.profile.BadProfile;
import io.slotferry.workflows.profile.TemporalProfile;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import java.lang.management.ManagementFactory;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The connection to Temporal as its own environment configuration describes it: TEMPORAL_ADDRESS and the like. */
final class TemporalConnection implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 5;

    private final WorkflowServiceStubs stubs;
    private final WorkflowClient client;

    /**
     * Prepares a connection; nothing is sent yet.
     *
     * @throws BadProfile where the configuration cannot be used
     */
    TemporalConnection(Map<String, String> environment) throws BadProfile {
        TemporalProfile profile = TemporalProfile.read(environment);
        this.stubs = WorkflowServiceStubs.newServiceStubs(profile.service());
        this.client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder(profile.client())
                        .setDataConverter(SlotferryJson.dataConverter())
                        // The SDK's own, and which release it is.
                        .setIdentity(ManagementFactory.getRuntimeMXBean().getName() + " " + Release.current())
                        .build());
    }

    WorkflowClient client() {
        return client;
    }

    String namespace() {
        return client.getOptions().getNamespace();
    }

    String address() {
        return stubs.getOptions().getTarget();
    }

    /**
     * Asks for the namespace.
     *
     * @throws StatusRuntimeException where the server or the namespace is not there
     */
    void check() {
        stubs.blockingStub()
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .describeNamespace(DescribeNamespaceRequest.newBuilder()
                        .setNamespace(namespace())
                        .build());
    }

    @Override
    public void close() {
        stubs.shutdownNow();
    }
}
