package io.slotferry.activities.recording;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.workflow.v1.WorkflowExecutionInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionResponse;
import io.temporal.api.workflowservice.v1.TerminateWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Leases of other runs on the same cluster. A lease ends with its parent, unless that was reset to before it took the lease
 * (seen on server 1.29.1: the lease goes on); such leases are ended here. One that was taken before the point of a reset
 * still names the run before the reset as its parent, and is the new run's.
 */
final class Leases {
    private static final int SIDE_BY_SIDE = 32;
    private static final long DEADLINE_SECONDS = 10;

    private final WorkflowClient client;
    private final String namespace;

    Leases(WorkflowClient client) {
        this.client = client;
        this.namespace = client.getOptions().getNamespace();
    }

    Optional<LeaseHolder> findHolder(List<NodeId> members, String workflowId, String runId) {
        List<String> ids =
                members.stream().map(member -> Names.lease(member.value())).toList();
        for (int from = 0; from < ids.size(); from += SIDE_BY_SIDE) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + SIDE_BY_SIDE));
            for (WorkflowExecutionInfo lease : open(some)) {
                Optional<LeaseHolder> holder = holderOf(lease, workflowId, runId);
                if (holder.isPresent()) {
                    return holder;
                }
            }
        }
        return Optional.empty();
    }

    /** Empty where the lease is the asking run's own, or was ended. */
    private Optional<LeaseHolder> holderOf(WorkflowExecutionInfo lease, String workflowId, String runId) {
        WorkflowExecution parent =
                lease.hasParentExecution() ? lease.getParentExecution() : WorkflowExecution.getDefaultInstance();
        if (parent.getWorkflowId().isEmpty()) {
            // Nobody's child: a person started it, and only a person can know why.
            return Optional.of(holder(lease, lease.getExecution()));
        }
        boolean sameId = parent.getWorkflowId().equals(workflowId);
        if (sameId && parent.getRunId().equals(runId)) {
            return Optional.empty();
        }
        if (sameId) {
            end(lease, "its run " + parent.getRunId() + " was replaced by run " + runId + " of " + workflowId);
            return Optional.empty();
        }
        Optional<WorkflowExecution> open = open(parent);
        if (open.isPresent()) {
            return Optional.of(holder(lease, open.get()));
        }
        end(lease, "its run " + parent.getWorkflowId() + " (" + parent.getRunId() + ") is over");
        return Optional.empty();
    }

    private static LeaseHolder holder(WorkflowExecutionInfo lease, WorkflowExecution run) {
        return new LeaseHolder(
                lease.getExecution().getWorkflowId(),
                lease.getExecution().getRunId(),
                run.getWorkflowId(),
                run.getRunId());
    }

    private List<WorkflowExecutionInfo> open(List<String> workflowIds) {
        List<ListenableFuture<Optional<WorkflowExecutionInfo>>> answers = workflowIds.stream()
                .map(id -> describe(
                        WorkflowExecution.newBuilder().setWorkflowId(id).build()))
                .toList();
        return answers.stream()
                .map(Leases::answer)
                .flatMap(Optional::stream)
                .filter(Leases::running)
                .toList();
    }

    /**
     * The run that a lease belongs to, where it is open: the one that took it, or the one that a reset put in its place and
     * that holds the lease by its history.
     */
    private Optional<WorkflowExecution> open(WorkflowExecution parent) {
        return answer(describe(parent))
                .filter(Leases::running)
                .or(() -> answer(describe(parent.toBuilder().clearRunId().build()))
                        .filter(Leases::running))
                .map(WorkflowExecutionInfo::getExecution);
    }

    private static boolean running(WorkflowExecutionInfo info) {
        return info.getStatus() == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING;
    }

    /** Empty for an execution that the server does not know (any more). */
    private ListenableFuture<Optional<WorkflowExecutionInfo>> describe(WorkflowExecution execution) {
        ListenableFuture<DescribeWorkflowExecutionResponse> described = client.getWorkflowServiceStubs()
                .futureStub()
                .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(namespace)
                        .setExecution(execution)
                        .build());
        ListenableFuture<Optional<WorkflowExecutionInfo>> info = Futures.transform(
                described, response -> Optional.of(response.getWorkflowExecutionInfo()), Runnable::run);
        return Futures.catchingAsync(
                info,
                StatusRuntimeException.class,
                e -> e.getStatus().getCode() == Status.Code.NOT_FOUND
                        ? Futures.immediateFuture(Optional.empty())
                        : Futures.immediateFailedFuture(e),
                Runnable::run);
    }

    private static <T> T answer(ListenableFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking who holds the cluster", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("could not ask who holds the cluster: " + e.getCause(), e.getCause());
        }
    }

    private void end(WorkflowExecutionInfo lease, String why) {
        try {
            client.getWorkflowServiceStubs()
                    .blockingStub()
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                    .terminateWorkflowExecution(TerminateWorkflowExecutionRequest.newBuilder()
                            .setNamespace(namespace)
                            .setWorkflowExecution(lease.getExecution())
                            .setReason("slotferry: the lease outlived its holder; " + why)
                            .setIdentity(client.getOptions().getIdentity())
                            .build());
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != Status.Code.NOT_FOUND) {
                throw e;
            }
        }
    }
}
