package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.LeaseHolder;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowOptions;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final LeaseHolder ANOTHER = new LeaseHolder("lease/1", "l1", "expand-other", "r1");
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}");
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void a_cluster_that_another_run_holds_is_refused_with_that_runs_name() {
        lab.fake.holder = Optional.of(ANOTHER);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertHeld(failure);
        assertThat(lab.calls("ReadSettings")).isEmpty();
    }

    @Test
    void what_looks_amiss_while_another_run_is_at_work_is_refused_with_that_runs_name() {
        lab.fake.holder = Optional.of(ANOTHER);
        lab.fake.preflight = List.of(new CheckResult(
                "no-open-slot", Optional.empty(), CheckResult.Verdict.FAIL, "slot 7 is open", "wait", false));

        assertHeld(lab.failure(lab.start(THREE_BATCHES)));
        assertThat(lab.calls("MakePlan")).isEmpty();
    }

    @Test
    void a_lease_that_was_taken_at_the_same_moment_is_refused_with_the_holders_name() {
        lab.server
                .getWorkflowClient()
                .newUntypedWorkflowStub(
                        Names.CLUSTER_LEASE,
                        WorkflowOptions.newBuilder()
                                .setTaskQueue(Names.TASK_QUEUE)
                                .setWorkflowId(Names.lease(
                                        SimulatedCluster.node(1).id().value()))
                                .build())
                .start();
        AtomicBoolean held = new AtomicBoolean();
        lab.fake.before("FindLeaseHolder", () -> {
            if (lab.calls("FindLeaseHolder").size() > 1) {
                // Once the run has failed, the clock of the in-memory server is free to skip time.
                held.set(lab.leaseIsHeld());
                lab.fake.holder = Optional.of(ANOTHER);
            }
        });

        assertHeld(lab.failure(lab.start(THREE_BATCHES)));
        assertThat(lab.calls("ReadSettings")).isEmpty();
        assertThat(held).isTrue();
    }

    @Test
    void a_lease_that_ends_under_the_run_halts_it_at_the_next_gate_and_retry_takes_it_again() {
        lab.fake.before("MoveBatch 1", lab::endLease);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.sleep(Duration.ofMinutes(2));
        assertThat(lab.await(run, RunState.HALTED).halt().orElseThrow().kind()).isEqualTo(FailureKind.LEASE_LOST);
        assertThat(lab.calls("MoveBatch")).containsExactly("MoveBatch 1");

        lab.command(run, "retry", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("FindLeaseHolder")).hasSize(2);
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void a_retry_without_the_lease_halts_again_while_another_run_holds_the_cluster() {
        lab.fake.before("MoveBatch 1", () -> {
            lab.endLease();
            lab.fake.holder = Optional.of(ANOTHER);
        });
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.sleep(Duration.ofMinutes(2));
        lab.await(run, RunState.HALTED);

        lab.command(run, "retry", "{}");

        lab.await(run, status -> status.halt()
                .filter(halt -> halt.kind() == FailureKind.LEASE_HELD)
                .isPresent());
        lab.command(run, "cancel", "{}");
        assertThat(lab.result(run).warnings())
                .anyMatch(warning -> warning.startsWith("the lease could not be taken again: Another run holds"));
        assertThat(lab.calls("AttachReplicas")).isEmpty();
        assertThat(lab.calls("RestoreSettings")).isEmpty();
    }

    @Test
    void a_lease_that_is_lost_before_the_first_slot_is_taken_again_to_undo_everything() {
        lab.fake.before("AddNodes", lab::endLease);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertThat(failure.getType()).isEqualTo(FailureKind.LEASE_LOST.name());
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.ROLLED_BACK);
        assertThat(lab.calls("MoveBatch")).isEmpty();
        lab.assertAsBefore();
    }

    private static void assertHeld(ApplicationFailure failure) {
        assertThat(failure.getType()).isEqualTo(FailureKind.LEASE_HELD.name());
        assertThat(failure.getOriginalMessage())
                .contains("held by workflow expand-other, run r1")
                .contains("slotferry status expand-other");
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
    }
}
