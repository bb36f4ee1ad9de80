package io.slotferry.activities.recording;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.enums.v1.IndexedValueType;
import io.temporal.api.operatorservice.v1.AddSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.ListSearchAttributesRequest;
import io.temporal.api.operatorservice.v1.OperatorServiceGrpc.OperatorServiceBlockingStub;
import io.temporal.client.WorkflowClient;
import io.temporal.serviceclient.OperatorServiceStubs;
import io.temporal.serviceclient.OperatorServiceStubsOptions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * The search attributes by which runs are found, in the namespace of a client. Upserting one that is not registered makes
 * a run's tasks fail for ever, so runs upsert only what {@link #usable()} names.
 */
public final class SearchAttributes {
    private static final long DEADLINE_SECONDS = 10;
    private static final Set<Status.Code> NOT_FOR_US =
            Set.of(Status.Code.UNIMPLEMENTED, Status.Code.PERMISSION_DENIED, Status.Code.UNAUTHENTICATED);

    private final WorkflowClient client;
    private final String namespace;

    public SearchAttributes(WorkflowClient client) {
        this.client = client;
        this.namespace = client.getOptions().getNamespace();
    }

    /**
     * Those that the namespace has under the right type; none where the server does not answer such questions to us.
     *
     * @throws StatusRuntimeException where it cannot be told, as when the server is away
     */
    public List<String> usable() {
        try {
            Map<String, IndexedValueType> present = ask(this::list);
            return Names.SEARCH_ATTRIBUTES.stream()
                    .filter(name -> present.get(name) == IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD)
                    .toList();
        } catch (StatusRuntimeException e) {
            if (NOT_FOR_US.contains(e.getStatus().getCode())) {
                return List.of();
            }
            throw e;
        }
    }

    /**
     * Registers those that are missing.
     *
     * @throws IllegalStateException for one that exists under another type, which the server would pass over in silence
     * @throws StatusRuntimeException where the server refuses or is away
     */
    public void register() {
        ask(stub -> {
            Map<String, IndexedValueType> present = list(stub);
            AddSearchAttributesRequest.Builder missing =
                    AddSearchAttributesRequest.newBuilder().setNamespace(namespace);
            for (String name : Names.SEARCH_ATTRIBUTES) {
                IndexedValueType type = present.get(name);
                if (type == null) {
                    missing.putSearchAttributes(name, IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD);
                } else if (type != IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD) {
                    throw new IllegalStateException(
                            "search attribute " + name + " exists, but as " + type + " and not as Keyword");
                }
            }
            return missing.getSearchAttributesCount() == 0 ? null : stub.addSearchAttributes(missing.build());
        });
    }

    /** The command by which a person registers them. */
    public String remedy() {
        return Names.registration(namespace);
    }

    private Map<String, IndexedValueType> list(OperatorServiceBlockingStub stub) {
        return stub.listSearchAttributes(ListSearchAttributesRequest.newBuilder()
                        .setNamespace(namespace)
                        .build())
                .getCustomAttributesMap();
    }

    /** The operator service has stubs of its own, made with the options (TLS, headers) of the client's. */
    private <T> T ask(Function<OperatorServiceBlockingStub, T> question) {
        OperatorServiceStubs stubs = OperatorServiceStubs.newServiceStubs(OperatorServiceStubsOptions.newBuilder(
                        client.getWorkflowServiceStubs().getOptions())
                .build());
        try {
            return question.apply(stubs.blockingStub().withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
        } finally {
            stubs.shutdown();
        }
    }
}
