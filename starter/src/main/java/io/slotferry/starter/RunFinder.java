package io.slotferry.starter;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.ListWorkflowExecutionsRequest;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the run that a person means: by workflow ID, or by what the cluster is called. */
final class RunFinder {
    private static final int RECENT = 10;
    private static final long DEADLINE_SECONDS = 10;
    private static final String OURS = "WorkflowType = '" + Names.EXPAND_CLUSTER + "'";

    private final Connection temporal;

    RunFinder(Connection temporal) {
        this.temporal = temporal;
    }

    /**
     * The run of that workflow ID; else of that cluster, the open one before closed ones, the latest before earlier ones.
     *
     * @throws CommandException naming recent runs where there is none
     */
    Run find(String name) {
        Optional<WorkflowExecutionInfo> exact = described(name);
        if (exact.isPresent()) {
            return Run.of(exact.get().getExecution());
        }
        return Stream.concat(described(Names.expansion(name)).stream(), ofCluster(name).stream())
                .max(Comparator.comparing(RunFinder::open)
                        .thenComparing(info -> info.getStartTime().getSeconds()))
                .map(info -> Run.of(info.getExecution()))
                .orElseThrow(() -> notFound(name));
    }

    private CommandException notFound(String name) {
        List<WorkflowExecutionInfo> recent = list(OURS);
        String known = recent.isEmpty()
                ? "There are no runs in namespace \"" + temporal.namespace() + "\" at " + temporal.address() + "."
                : "Recent runs:\n" + recent.stream().map(RunFinder::line).collect(Collectors.joining("\n"));
        return new CommandException(
                ExitCode.NOT_FOUND,
                "There is no run called \"" + name + "\", as a workflow ID or as a cluster.\n" + known,
                recent.isEmpty()
                        ? "slotferry expand, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE to where the run is"
                        : "name one of them");
    }

    private static String line(WorkflowExecutionInfo info) {
        return "  " + info.getExecution().getWorkflowId() + "  "
                + info.getStatus().name().replace("WORKFLOW_EXECUTION_STATUS_", "") + "  started "
                + Words.clock(Instant.ofEpochSecond(info.getStartTime().getSeconds()), ZoneId.systemDefault());
    }

    private static boolean open(WorkflowExecutionInfo info) {
        return info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    private Optional<WorkflowExecutionInfo> described(String workflowId) {
        try {
            WorkflowExecutionInfo info = temporal.stubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                            .setNamespace(temporal.namespace())
                            .setExecution(new Run(workflowId, "").execution())
                            .build())
                    .getWorkflowExecutionInfo();
            return Optional.of(info).filter(found -> found.getType().getName().equals(Names.EXPAND_CLUSTER));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.NOT_FOUND
                    || e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private List<WorkflowExecutionInfo> ofCluster(String name) {
        return name.matches("[A-Za-z0-9._-]+")
                ? list(OURS + " AND " + Names.CLUSTER_ATTRIBUTE + " = '" + name + "'")
                : List.of();
    }

    /** Latest first; none where the server cannot search, or does not know the search attribute. */
    private List<WorkflowExecutionInfo> list(String query) {
        try {
            return temporal.stubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .listWorkflowExecutions(ListWorkflowExecutionsRequest.newBuilder()
                            .setNamespace(temporal.namespace())
                            .setPageSize(RECENT)
                            .setQuery(query)
                            .build())
                    .getExecutionsList();
        } catch (StatusRuntimeException e) {
            return switch (e.getStatus().getCode()) {
                case UNIMPLEMENTED, INVALID_ARGUMENT, PERMISSION_DENIED -> List.of();
                default -> throw e;
            };
        }
    }
}
