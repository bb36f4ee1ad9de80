package io.slotferry.workflows.expand;

import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.ClusterLeaseWorkflow;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.Names;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.api.enums.v1.WorkflowIdReusePolicy;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowCancellationType;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Promise;
import io.temporal.workflow.SignalExternalWorkflowException;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * This run's hold on its cluster: a child workflow whose ID is named by the cluster's lowest node ID, so that there is one at
 * a time. It ends with this run however this run ends, but not by this run's cancel, since there is work to do after that.
 */
final class Lease {
    private static final Duration RELEASE_AT_MOST = Duration.ofSeconds(10);

    private final Rooms rooms;
    private List<NodeId> members = List.of();
    private Optional<Held> held = Optional.empty();

    /** The child, and the promise that completes when it ends. */
    private record Held(ClusterLeaseWorkflow child, Promise<Void> ended) {}

    Lease(Rooms rooms) {
        this.rooms = rooms;
    }

    /**
     * Takes the cluster.
     *
     * @param clusterMembers ascending
     * @throws ApplicationFailure of kind LEASE_HELD, naming the holder
     */
    void take(List<NodeId> clusterMembers) {
        members = clusterMembers;
        refuseIfHeld(members);
        ClusterLeaseWorkflow child = Workflow.newChildWorkflowStub(ClusterLeaseWorkflow.class, options());
        Held taking = started(child);
        try {
            Workflow.getWorkflowExecution(child).get();
        } catch (ChildWorkflowFailure taken) {
            refuseIfHeld(members);
            throw refused("somebody took it at the same moment", "start again");
        }
        held = Optional.of(taking);
    }

    /** A promise that fails is seen at the next gate; the scope is detached, so that a cancel of this run leaves it be. */
    private static Held started(ClusterLeaseWorkflow child) {
        Held[] taking = new Held[1];
        Workflow.newDetachedCancellationScope(() -> taking[0] = new Held(child, Async.procedure(child::hold)))
                .run();
        return taking[0];
    }

    /**
     * The gate before each change.
     *
     * @throws ApplicationFailure of kind LEASE_LOST where the lease ended under this run. The next call tries to take it
     *     again, and fails with LEASE_HELD where another run has it.
     */
    void require() {
        if (held.isEmpty()) {
            take(members);
        } else if (held.get().ended().isCompleted()) {
            held = Optional.empty();
            throw Failures.of(new Halt(
                    FailureKind.LEASE_LOST,
                    "The lease " + leaseId() + " of this run ended under it; somebody terminated it.",
                    List.of("the cluster is whole and serving; nothing was begun since"),
                    "make sure that nobody else changes this cluster, then slotferry retry takes the lease again"));
        }
    }

    /** Ends the lease and waits a little until it is gone. */
    void release() {
        if (held.isPresent() && !held.get().ended().isCompleted()) {
            Held releasing = held.get();
            try {
                releasing.child().release();
                Waits.until(releasing.ended()::isCompleted, RELEASE_AT_MOST, "the lease ends");
            } catch (SignalExternalWorkflowException e) {
                // It ended by itself in the meantime.
                Workflow.getLogger(Lease.class).debug("the lease {} had ended", leaseId(), e);
            }
        }
        held = Optional.empty();
    }

    /**
     * Only asks.
     *
     * @throws ApplicationFailure of kind LEASE_HELD, naming the holder
     */
    void refuseIfHeld(List<NodeId> clusterMembers) {
        if (clusterMembers.isEmpty()) {
            return;
        }
        Optional<LeaseHolder> holder = rooms.recording("ask who holds the cluster")
                .findLeaseHolder(
                        clusterMembers,
                        Workflow.getInfo().getWorkflowId(),
                        Workflow.getInfo().getRunId());
        if (holder.isPresent()) {
            String who = holder.get().workflowId();
            throw refused(
                    "held by workflow " + who + ", run " + holder.get().runId() + ", by the lease "
                            + holder.get().leaseId(),
                    "slotferry status " + who + " shows that run; start again when it has ended");
        }
    }

    private ApplicationFailure refused(String evidence, String next) {
        return Failures.of(
                new Halt(FailureKind.LEASE_HELD, "Another run holds this cluster: " + evidence + ".", List.of(), next));
    }

    private String leaseId() {
        return Names.lease(members.get(0).value());
    }

    private ChildWorkflowOptions options() {
        return ChildWorkflowOptions.newBuilder()
                .setWorkflowId(leaseId())
                .setWorkflowIdReusePolicy(WorkflowIdReusePolicy.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE)
                .setParentClosePolicy(ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE)
                .setCancellationType(ChildWorkflowCancellationType.ABANDON)
                .setStaticSummary(
                        Summaries.bounded("held by " + Workflow.getInfo().getWorkflowId()))
                .build();
    }
}
