package io.slotferry.servers;

import io.grpc.StatusRuntimeException;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.workflowservice.v1.DescribeNamespaceRequest;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Whether a Temporal server of this machine serves its namespace with the search attributes, and its Web UI. */
final class TemporalReadiness implements AutoCloseable {
    /** A busy machine takes its time for an answer. */
    private static final long LOOK_SECONDS = 10;

    private final String namespace;
    private final Set<String> attributes;
    private final int uiPort;
    private final WorkflowServiceStubs service;
    private final OperatorServiceStubs operator;

    TemporalReadiness(String address, String namespace, Set<String> attributes, int uiPort) {
        this.namespace = namespace;
        this.attributes = attributes;
        this.uiPort = uiPort;
        this.service = WorkflowServiceStubs.newServiceStubs(
                WorkflowServiceStubsOptions.newBuilder().setTarget(address).build());
        this.operator = OperatorServiceStubs.newServiceStubs(
                OperatorServiceStubsOptions.newBuilder().setTarget(address).validateAndBuildWithDefaults());
    }

    /** Null once it is ready. */
    String whyNot() {
        try {
            service.blockingStub()
                    .withDeadlineAfter(LOOK_SECONDS, TimeUnit.SECONDS)
                    .describeNamespace(DescribeNamespaceRequest.newBuilder()
                            .setNamespace(namespace)
                            .build());
            Set<String> absent = new TreeSet<>(attributes);
            absent.removeAll(operator.blockingStub()
                    .withDeadlineAfter(LOOK_SECONDS, TimeUnit.SECONDS)
                    .listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                            .setNamespace(namespace)
                            .build())
                    .getCustomAttributesMap()
                    .keySet());
            return absent.isEmpty() ? whyNoUi() : "search attributes not registered: " + absent;
        } catch (StatusRuntimeException e) {
            return e.getStatus().toString();
        }
    }

    private String whyNoUi() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), uiPort), 1_000);
            return null;
        } catch (IOException e) {
            return "Web UI: " + e.getMessage();
        }
    }

    @Override
    public void close() {
        service.shutdownNow();
        operator.shutdownNow();
    }
}
