package io.slotferry.activities.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slotferry.planning.NodeId;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.workflows.contract.ClusterLeaseWorkflow;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.enums.v1.ParentClosePolicy;
import io.temporal.api.enums.v1.WorkflowExecutionStatus;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflowservice.v1.ResetWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import io.temporal.client.WorkflowClientOptions;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.client.WorkflowTargetOptions;
import io.temporal.serviceclient.WorkflowServiceStubs;
import io.temporal.serviceclient.WorkflowServiceStubsOptions;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.workflow.Async;
import io.temporal.workflow.ChildWorkflowOptions;
import io.temporal.workflow.Workflow;
import io.temporal.workflow.WorkflowInterface;
import io.temporal.workflow.WorkflowMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LeasesIT {
    private static final String QUEUE = "leases";

    private static LocalTemporal temporal;
    private static WorkflowServiceStubs stubs;
    private static WorkflowClient client;
    private static WorkerFactory factory;

    private NodeId low;
    private NodeId high;

    @BeforeAll
    static void start() {
        temporal = LocalTemporal.builder().startProcess();
        stubs = WorkflowServiceStubs.newServiceStubs(WorkflowServiceStubsOptions.newBuilder()
                .setTarget(temporal.address())
                .build());
        client = WorkflowClient.newInstance(
                stubs,
                WorkflowClientOptions.newBuilder()
                        .setNamespace(temporal.namespace())
                        .setDataConverter(SlotferryJson.dataConverter())
                        .build());
        factory = WorkerFactory.newInstance(client);
        Worker worker = factory.newWorker(QUEUE);
        worker.registerWorkflowImplementationTypes(HoldingRun.class, Lease.class);
        factory.start();
    }

    @AfterAll
    static void stop() {
        factory.shutdownNow();
        stubs.shutdownNow();
        temporal.close();
    }

    @BeforeEach
    void newMembers() {
        low = someId();
        high = someId();
    }

    @Test
    void a_cluster_that_nobody_grows_has_no_holder() {
        assertThat(leases().findHolder(List.of(low, high), "expand-orders", "run"))
                .isEmpty();
    }

    @Test
    void an_open_run_is_the_holder_whichever_member_its_lease_is_named_by() {
        WorkflowExecution holder =
                start("expand-orders-" + high.brief(), high, ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE);

        assertThat(leases().findHolder(List.of(low, high), "expand-other", "run"))
                .hasValueSatisfying(found -> {
                    assertThat(found.leaseId()).isEqualTo(Names.lease(high.value()));
                    assertThat(found.workflowId()).isEqualTo(holder.getWorkflowId());
                    assertThat(found.runId()).isEqualTo(holder.getRunId());
                });
        assertThat(leaseStatus(high)).isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
    }

    @Test
    void a_run_is_not_held_up_by_its_own_lease() {
        WorkflowExecution holder =
                start("expand-own-" + low.brief(), low, ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE);

        assertThat(leases().findHolder(List.of(low), holder.getWorkflowId(), holder.getRunId()))
                .isEmpty();
        assertThat(leaseStatus(low)).isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
    }

    @Test
    void a_lease_whose_run_is_over_is_ended() {
        WorkflowExecution holder =
                start("expand-over-" + low.brief(), low, ParentClosePolicy.PARENT_CLOSE_POLICY_ABANDON);
        client.newUntypedWorkflowStub(holder.getWorkflowId()).terminate("test");
        assertThat(leaseStatus(low)).isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);

        assertThat(leases().findHolder(List.of(low, high), "expand-other", "run"))
                .isEmpty();
        assertThat(leaseStatus(low)).isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    }

    @Test
    void a_lease_that_outlived_the_reset_of_its_run_is_ended() {
        String workflowId = "expand-reset-" + low.brief();
        WorkflowExecution before = start(workflowId, low, ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE);
        WorkflowExecution outlived = lease(low).describe().getExecution();
        String after = reset(before, completedTask(before, 1));

        assertThat(leases().findHolder(List.of(low), workflowId, after)).isEmpty();
        // By its run ID: the new run takes a lease of the same name soon.
        assertThat(client.newUntypedWorkflowStub(WorkflowTargetOptions.newBuilder()
                                .setWorkflowExecution(outlived)
                                .build())
                        .describe()
                        .getStatus())
                .isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_TERMINATED);
    }

    @Test
    void a_lease_that_was_taken_before_the_point_of_a_reset_is_the_new_runs() {
        WorkflowExecution before =
                start("expand-reset-late-" + low.brief(), low, ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE);
        // The first task asked for the lease; the second one has heard that it began.
        String after = reset(before, completedTask(before, 2));

        assertThat(leases().findHolder(List.of(low, high), "expand-other", "run"))
                .hasValueSatisfying(found -> {
                    assertThat(found.workflowId()).isEqualTo(before.getWorkflowId());
                    assertThat(found.runId()).isEqualTo(after);
                });
        assertThat(leaseStatus(low)).isEqualTo(WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
    }

    @Test
    void a_lease_that_a_person_started_is_left_alone_and_named() {
        ClusterLeaseWorkflow lease = client.newWorkflowStub(
                ClusterLeaseWorkflow.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(QUEUE)
                        .setWorkflowId(Names.lease(low.value()))
                        .build());
        WorkflowExecution started = WorkflowClient.start(lease::hold);

        assertThat(leases().findHolder(List.of(low), "expand-orders", "run"))
                .contains(new LeaseHolder(
                        started.getWorkflowId(), started.getRunId(), started.getWorkflowId(), started.getRunId()));
    }

    @Test
    void more_members_than_are_asked_at_a_time_are_all_asked() {
        start("expand-many-" + high.brief(), high, ParentClosePolicy.PARENT_CLOSE_POLICY_TERMINATE);
        List<NodeId> members = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            members.add(someId());
        }
        members.add(high);

        assertThat(leases().findHolder(members, "expand-other", "run")).isPresent();
    }

    @Test
    void search_attributes_are_usable_once_they_are_registered() {
        SearchAttributes attributes = new SearchAttributes(client);
        assertThat(attributes.usable()).isEmpty();

        attributes.register();
        attributes.register();

        await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(attributes.usable())
                .containsExactlyElementsOf(Names.SEARCH_ATTRIBUTES));
        assertThat(new RecordingActivities(client, RecordingActivities.defaultReportFolder(Map.of()))
                        .usableSearchAttributes())
                .hasSize(3);
    }

    /** The event that ended the workflow's task of this number, once it has. */
    private static long completedTask(WorkflowExecution run, int number) {
        return await().atMost(Duration.ofMinutes(2))
                .until(
                        () -> client.fetchHistory(run.getWorkflowId(), run.getRunId()).getEvents().stream()
                                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
                                .map(HistoryEvent::getEventId)
                                .skip(number - 1L)
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** Resets to before the workflow's task that ended with this event; answers the new run's ID. */
    private static String reset(WorkflowExecution run, long event) {
        return stubs.blockingStub()
                .resetWorkflowExecution(ResetWorkflowExecutionRequest.newBuilder()
                        .setNamespace(temporal.namespace())
                        .setWorkflowExecution(run)
                        .setWorkflowTaskFinishEventId(event)
                        .setRequestId(UUID.randomUUID().toString())
                        .setReason("test")
                        .build())
                .getRunId();
    }

    private static Leases leases() {
        return new Leases(client);
    }

    private static NodeId someId() {
        return new NodeId((UUID.randomUUID().toString() + UUID.randomUUID())
                .replace("-", "")
                .substring(0, 40));
    }

    private static WorkflowExecution start(String workflowId, NodeId member, ParentClosePolicy policy) {
        Holding run = client.newWorkflowStub(
                Holding.class,
                WorkflowOptions.newBuilder()
                        .setTaskQueue(QUEUE)
                        .setWorkflowId(workflowId)
                        .build());
        WorkflowExecution execution = WorkflowClient.start(run::hold, Names.lease(member.value()), policy.name());
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> leaseStatus(member) == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING);
        return execution;
    }

    private static WorkflowExecutionStatus leaseStatus(NodeId member) {
        return lease(member).describe().getStatus();
    }

    private static WorkflowStub lease(NodeId member) {
        return WorkflowStub.fromTyped(client.newWorkflowStub(ClusterLeaseWorkflow.class, Names.lease(member.value())));
    }

    /** A run that takes a lease and stays. */
    @WorkflowInterface
    public interface Holding {
        @WorkflowMethod
        void hold(String leaseId, String policy);
    }

    public static final class HoldingRun implements Holding {
        @Override
        public void hold(String leaseId, String policy) {
            ClusterLeaseWorkflow lease = Workflow.newChildWorkflowStub(
                    ClusterLeaseWorkflow.class,
                    ChildWorkflowOptions.newBuilder()
                            .setWorkflowId(leaseId)
                            .setParentClosePolicy(ParentClosePolicy.valueOf(policy))
                            .build());
            Async.procedure(lease::hold);
            Workflow.getWorkflowExecution(lease).get();
            Workflow.await(() -> false);
        }
    }

    public static final class Lease implements ClusterLeaseWorkflow {
        private boolean released;

        @Override
        public void hold() {
            Workflow.await(() -> released);
        }

        @Override
        public void release() {
            released = true;
        }
    }
}
