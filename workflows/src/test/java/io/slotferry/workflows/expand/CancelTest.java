package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Failures.Waiting;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CancelTest {
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}");

    /** A pause that no machine is slow enough to miss. */
    private static final String LONG_PAUSES = request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT1H'}");

    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void during_preflight_nothing_is_touched(boolean byUpdate) {
        Runnable release = lab.fake.hold("Preflight");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("Preflight"));

        cancel(run, byUpdate);
        // Else the in-memory server refuses the request to cancel an activity that has ended in the meantime.
        lab.awaitEvent(run, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
        release.run();

        assertEnded(run, byUpdate, result -> assertThat(result.next()).isEqualTo("nothing was touched"));
        assertThat(lab.fake.calls).doesNotContain("MakePlan");
        lab.assertAsBefore();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void while_it_waits_for_approval_nothing_is_touched(boolean byUpdate) {
        WorkflowStub run = lab.start(THREE_BATCHES.replace("'NONE'", "'REQUIRED'"));
        lab.await(run, RunState.WAITING);

        cancel(run, byUpdate);

        assertEnded(run, byUpdate, result -> assertThat(result.next()).isEqualTo("nothing was touched"));
        assertThat(lab.fake.calls).doesNotContain("FindLeaseHolder");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void while_masters_join_everything_is_undone(boolean byUpdate) {
        lab.fake.linger("AddNodes");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("AddNodes [7004]"));

        cancel(run, byUpdate);

        assertEnded(run, byUpdate, RunState.ROLLED_BACK, result -> assertThat(result.next())
                .startsWith("everything was undone"));
        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7004]", "RemoveNodes [7004]");
        assertThat(lab.fake.reports).hasSize(1);
        lab.assertAsBefore();
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void in_mid_batch_the_slot_in_hand_is_finished_and_the_cluster_brought_into_good_order(boolean byUpdate) {
        lab.fake.linger("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));

        cancel(run, byUpdate);

        assertEnded(run, byUpdate, result -> {
            assertThat(result.moved().slots()).isEqualTo(5);
            assertThat(result.next()).contains("slotferry expand --continue orders");
            assertThat(result.validation()).isPresent();
        });
        assertThat(lab.fake.reports).singleElement().satisfies(report -> assertThat(report.outcome())
                .isEqualTo(RunState.STOPPED));
        assertThat(lab.fake.calls.subList(lab.fake.calls.indexOf("MoveBatch 1"), lab.fake.calls.size()))
                .containsExactly(
                        "MoveBatch 1",
                        "PlanReturn",
                        "AttachReplicas [7014]",
                        "RestoreSettings",
                        "Validate SERVING attached=true",
                        "WriteReport");
        assertThat(lab.fake.cluster.owned(SimulatedCluster.node(4)).size()).isEqualTo(5);
        lab.assertSettingsPutBack();
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void slots_that_a_failing_batch_left_open_are_finished_before_the_run_ends(boolean byUpdate) {
        lab.fake.before("MoveBatch 2", () -> {
            lab.fake.leaveOpen(3);
            throw Failures.retryable(
                    new Halt(FailureKind.NODE_UNREACHABLE, "a node died", List.of(), "wait"),
                    Duration.ofHours(1),
                    new Waiting(Instant.EPOCH, Instant.EPOCH));
        });
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.sleep(Duration.ofSeconds(20));
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 2"));

        cancel(run, byUpdate);

        assertEnded(run, byUpdate, result -> assertThat(result.warnings()).isEmpty());
        assertThat(lab.fake.calls.subList(lab.fake.calls.indexOf("MoveBatch 2"), lab.fake.calls.size()))
                .startsWith("MoveBatch 2", "PlanReturn", "Settle", "AttachReplicas [7014]");
        assertThat(lab.fake.cluster.owned(SimulatedCluster.node(4)).size()).isEqualTo(1366 + 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void in_a_pause_the_next_batch_is_not_begun(boolean byUpdate) {
        WorkflowStub run = lab.start(LONG_PAUSES);
        lab.await(run, status -> status.slotsMoved() > 0);

        cancel(run, byUpdate);

        assertEnded(
                run, byUpdate, result -> assertThat(result.moved().batches()).isEqualTo(1));
        assertThat(lab.calls("MoveBatch")).containsExactly("MoveBatch 1");
        lab.assertSettingsPutBack();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void a_halted_run_ends_where_it_stands(boolean byUpdate) {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);

        cancel(run, byUpdate);

        assertEnded(run, byUpdate, result -> assertThat(result.next()).contains("slotferry rollback --of orders"));
        lab.assertSettingsPutBack();
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void what_fails_while_it_is_stopped_becomes_a_warning_and_the_run_ends_all_the_same() {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
        lab.fake.fail("RestoreSettings", FailureKind.NODE_UNREACHABLE);
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        lab.fake.fail("WriteReport", FailureKind.DEFECT);

        cancel(run, true);

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
        assertThat(result.warnings())
                .containsExactly(
                        "replicas were not attached: AttachReplicas failed; next: mend it",
                        "settings were not put back: RestoreSettings failed; next: mend it",
                        "the cluster was not validated: Validate failed; next: mend it",
                        "no report was written: WriteReport failed");
    }

    @Test
    void undoing_that_fails_after_a_cancel_halts_and_stop_here_ends_it() {
        lab.fake.linger("AddNodes");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("AddNodes [7004]"));
        lab.fake.fail("RemoveNodes", FailureKind.NODE_UNREACHABLE);

        cancel(run, true);
        lab.await(run, RunState.HALTED);
        lab.command(run, "stop-here", "{}");

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
        assertThat(result.next()).contains("slotferry rollback --of orders");
        lab.assertSettingsPutBack();
    }

    @Test
    void the_same_request_again_plans_the_rest() {
        WorkflowStub run = lab.start(LONG_PAUSES);
        lab.await(run, status -> status.slotsMoved() > 0);
        cancel(run, true);
        int moved = lab.result(run).moved().slots();

        ExpandResult again = lab.result(lab.start(LONG_PAUSES));

        assertThat(again.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(again.moved().slots()).isEqualTo(4096 - moved);
        assertThat(lab.fake.cluster.slotCounts()).containsOnly(4096);
    }

    @Test
    void a_second_cancel_changes_nothing_and_other_commands_are_refused() {
        Runnable release = lab.fake.hold("RestoreSettings");
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);
        cancel(run, true);
        lab.await(run, status -> lab.fake.calls.contains("RestoreSettings"));

        cancel(run, true);

        ExpandStatus status = lab.status(run);
        assertThat(status.legal()).isEmpty();
        assertThat(status.trail().stream().filter(note -> note.what().startsWith("stopping: cancel")))
                .hasSize(1);
        assertThat(lab.refusal(run, "retry", "{}"))
                .contains("retry was refused")
                .contains("legal now: nothing");
        release.run();
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
    }

    @Test
    void an_argument_that_does_not_fit_is_refused_and_the_run_goes_on() {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);

        assertThat(lab.refusal(run, "cancel", "{'wy': 'x'}")).contains("wy: unknown field");
        assertThat(lab.refusal(run, "cancel", "[]")).contains("cancel: an object belongs here, not an array");
        assertThat(lab.refusal(run, "retry", "{'by': 7}")).contains("by: a string belongs here, not a number");

        assertThat(lab.status(run).state()).isEqualTo(RunState.HALTED);
    }

    private void cancel(WorkflowStub run, boolean byUpdate) {
        if (byUpdate) {
            lab.command(run, "cancel", "{'by': 'ops', 'why': 'enough'}");
        } else {
            run.cancel();
        }
    }

    private void assertEnded(WorkflowStub run, boolean byUpdate, Consumer<ExpandResult> expected) {
        assertEnded(run, byUpdate, RunState.STOPPED, expected);
    }

    private void assertEnded(WorkflowStub run, boolean byUpdate, RunState outcome, Consumer<ExpandResult> expected) {
        if (byUpdate) {
            ExpandResult result = lab.result(run);
            assertThat(result.outcome()).isEqualTo(outcome);
            assertThat(result.trail()).anyMatch(note -> note.what().equals("stopping: cancel by ops: enough"));
            expected.accept(result);
        } else {
            assertThatThrownBy(() -> lab.result(run)).hasCauseInstanceOf(CanceledFailure.class);
            lab.fake.reports.forEach(expected);
        }
        lab.sleep(Duration.ofSeconds(1));
    }
}
