package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.Processes.Known;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailureTest {
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}");
    private static final String ATTACHED_BEFORE =
            request(", 'batch': {'slots': 1366}, 'attachReplicas': 'BEFORE_RESHARD'");
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void slots_that_somebody_still_holds_open_in_the_end_are_finished_before_the_cluster_is_found_wanting() {
        lab.fake.before("RestoreSettings", () -> lab.fake.leaveOpen(2));

        ExpandResult result = lab.result(lab.start(request(", 'batch': {'slots': 1366}")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls.subList(lab.fake.calls.indexOf("RestoreSettings"), lab.fake.calls.size()))
                .containsExactly(
                        "RestoreSettings",
                        "Validate BALANCED attached=true",
                        "PlanReturn",
                        "Settle",
                        "Validate BALANCED attached=true",
                        "WriteReport");
    }

    @Test
    void settings_that_failed_midway_are_put_back_and_nodes_that_were_not_added_are_left_alone() {
        lab.fake.fail("ApplySetting", FailureKind.NODE_REFUSED);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertRolledBack(failure, FailureKind.NODE_REFUSED);
        assertThat(lab.fake.calls).contains("RestoreSettings");
        assertThat(lab.calls("RemoveNodes")).isEmpty();
    }

    @Test
    void settings_that_could_not_even_be_read_leave_nothing_to_undo() {
        lab.fake.fail("ReadSettings", FailureKind.NODE_REFUSED);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
        assertThat(lab.calls("RestoreSettings")).isEmpty();
        lab.assertAsBefore();
    }

    @Test
    void a_record_that_could_not_be_written_ends_the_run_before_anything_was_touched() {
        lab.fake.fail("WriteRecord", FailureKind.RECORD_NOT_WRITTEN);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertThat(failure.getType()).isEqualTo(FailureKind.RECORD_NOT_WRITTEN.name());
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
        assertThat(lab.calls("ApplySetting")).isEmpty();
        assertThat(lab.calls("RestoreSettings")).isEmpty();
        lab.assertAsBefore();
    }

    @Test
    void masters_that_failed_to_join_are_removed_and_the_original_failure_closes_the_run() {
        lab.fake.fail("AddNodes", FailureKind.JOIN_FAILED);

        ApplicationFailure failure = lab.failure(lab.start(THREE_BATCHES));

        assertRolledBack(failure, FailureKind.JOIN_FAILED);
        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7004]", "RemoveNodes [7004]");
        assertThat(failure.getOriginalMessage()).startsWith("AddNodes failed");
    }

    @Test
    void replicas_that_failed_to_attach_before_the_reshard_are_removed_with_their_masters_the_newest_first() {
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);

        assertRolledBack(lab.failure(lab.start(ATTACHED_BEFORE)), FailureKind.REPLICA_NOT_IN_SYNC);
        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7014, 7004]", "RemoveNodes [7014, 7004]");
    }

    @Test
    void a_node_that_was_a_member_before_the_run_is_not_removed() {
        lab.fake.cluster.join(SimulatedCluster.node(4));
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);

        ApplicationFailure failure = lab.failure(lab.start(ATTACHED_BEFORE));

        assertThat(failure.getType()).isEqualTo(FailureKind.REPLICA_NOT_IN_SYNC.name());
        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7014]", "RemoveNodes [7014]");
        assertThat(lab.fake.cluster.has(SimulatedCluster.node(4))).isTrue();
        lab.assertSettingsPutBack();
    }

    @Test
    void undoing_that_fails_halts_until_retry_and_then_finishes() {
        lab.fake.fail("AddNodes", FailureKind.JOIN_FAILED);
        lab.fake.fail("RemoveNodes", FailureKind.NODE_UNREACHABLE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        ExpandStatus halted = lab.await(run, RunState.HALTED);
        assertThat(halted.halt().orElseThrow().kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);

        lab.command(run, "retry", "{'by': 'ops', 'why': 'it is back'}");

        assertRolledBack(lab.failure(run), FailureKind.JOIN_FAILED);
        assertThat(lab.calls("RestoreSettings")).hasSize(1);
    }

    @Test
    void undoing_that_the_operator_gives_up_says_what_is_left() {
        lab.fake.fail("AddNodes", FailureKind.JOIN_FAILED);
        lab.fake.fail("RemoveNodes", FailureKind.NODE_UNREACHABLE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        assertThat(lab.await(run, RunState.HALTED).legal())
                .containsExactly(Command.RETRY, Command.RETUNE, Command.STOP_HERE);

        lab.command(run, "stop-here", "{}");

        ExpandResult result = Failures.resultOf(lab.failure(run)).orElseThrow();
        assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
        assertThat(result.next()).contains("slotferry rollback --of orders");
        assertThat(lab.fake.cluster.has(SimulatedCluster.node(4))).isTrue();
        lab.assertSettingsPutBack();
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void a_failure_in_a_batch_halts_and_retry_goes_on_in_that_batch_without_repeating_finished_ones() {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        ExpandStatus halted = awaitHalt(run);
        assertThat(halted.halt().orElseThrow().kind()).isEqualTo(FailureKind.MIGRATE_FAILED);
        assertThat(halted.legal())
                .containsExactly(Command.RETRY, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
        assertThat(halted.why()).isEqualTo("MoveBatch 2 failed");
        assertThat(halted.batch()).isEqualTo(2);
        assertThat(lab.leaseIsHeld()).isTrue();

        assertThat(lab.command(run, "retry", "{'by': 'ops', 'why': 'key deleted'}")
                        .state())
                .isEqualTo(RunState.RUNNING);

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("MoveBatch")).containsExactly("MoveBatch 1", "MoveBatch 2", "MoveBatch 2", "MoveBatch 3");
        assertThat(result.trail()).anyMatch(note -> note.what().equals("retry by ops: key deleted"));
        lab.assertSettingsPutBack();
    }

    @Test
    void what_batches_and_failures_say_of_processes_is_told_to_the_batches_after_them() {
        Member source = SimulatedCluster.node(1);
        Known first = new Known("aaaaaaaaaaaa", 100, Processes.State.IDLE);
        lab.fake.seen = new Processes(
                Map.of(source.id(), first, SimulatedCluster.node(77).id(), first));
        Known then = new Known("bbbbbbbbbbbb", 90, Processes.State.OPEN);
        lab.fake.before("MoveBatch 2", () -> lab.fake.seen = new Processes(Map.of(source.id(), then)));
        lab.fake.fail("MoveBatch 2", FailureKind.OPEN_SLOT_LOST);
        WorkflowStub run = lab.start(THREE_BATCHES);
        awaitHalt(run);
        lab.command(run, "retry", "{}");
        lab.result(run);

        assertThat(lab.fake.orders)
                .extracting(order -> order.known().byNode())
                .containsExactly(
                        Map.of(), Map.of(source.id(), first), Map.of(source.id(), then), Map.of(source.id(), then));
    }

    @Test
    void a_failure_in_the_first_batch_halts_too_since_slots_may_have_moved() {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);

        lab.await(run, RunState.HALTED);

        assertThat(lab.calls("RemoveNodes")).isEmpty();
        lab.command(run, "retry", "null");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void every_later_phase_halts_and_retry_repeats_it_alone() {
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
        lab.fake.fail("RestoreSettings", FailureKind.NODE_UNREACHABLE);
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        for (FailureKind kind :
                List.of(FailureKind.REPLICA_NOT_IN_SYNC, FailureKind.NODE_UNREACHABLE, FailureKind.VIEWS_DISAGREE)) {
            skipUntil(run, kind);
            lab.command(run, "retry", "{}");
        }

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("MoveBatch")).hasSize(3);
        assertThat(lab.calls("AttachReplicas")).hasSize(2);
        lab.assertSettingsPutBack();
    }

    @Test
    void a_cluster_that_is_not_as_planned_halts_with_the_checks_that_failed() {
        lab.fake.before(
                "RestoreSettings",
                () -> lab.fake.cluster.move(
                        SimulatedCluster.node(4),
                        SimulatedCluster.node(1),
                        lab.fake.cluster.owned(SimulatedCluster.node(4)).first(1)));
        WorkflowStub run = lab.start(THREE_BATCHES);

        ExpandStatus halted = skipUntil(run, FailureKind.VALIDATION_FAILED);

        assertThat(halted.halt().orElseThrow().evidence())
                .singleElement()
                .asString()
                .startsWith("slots: ");
        lab.command(run, "cancel", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
    }

    @Test
    void a_halt_reminds_each_hour_and_never_times_out() {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);

        lab.sleep(Duration.ofHours(3).plusMinutes(1));

        ExpandStatus status = lab.status(run);
        assertThat(status.state()).isEqualTo(RunState.HALTED);
        assertThat(status.warnings()).singleElement().asString().startsWith("halted since ");
        assertThat(status.trail().stream().filter(note -> note.what().startsWith("warning: halted since")))
                .hasSize(3);
        lab.sleep(Duration.ofDays(60));
        assertThat(lab.status(run).state()).isEqualTo(RunState.HALTED);
        lab.command(run, "retry", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void an_order_that_a_stopping_worker_left_incomplete_is_given_again_at_once() {
        lab.fake.stopWorkerAfter(40);

        ExpandResult result = lab.result(lab.start(THREE_BATCHES));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("MoveBatch")).containsExactly("MoveBatch 1", "MoveBatch 1", "MoveBatch 2", "MoveBatch 3");
        assertThat(result.moved().batches()).isEqualTo(3);
        assertThat(result.moved().slots()).isEqualTo(4096);
        assertThat(lab.fake.orders.get(0)).isEqualTo(lab.fake.orders.get(1));
    }

    @Test
    void a_failure_that_is_not_slotferrys_own_halts_as_a_defect() {
        lab.fake.before("MoveBatch 2", () -> {
            throw io.temporal.failure.ApplicationFailure.newNonRetryableFailure("surprise", "Elsewhere");
        });
        WorkflowStub run = lab.start(THREE_BATCHES);

        ExpandStatus halted = skipUntil(run, FailureKind.DEFECT);

        assertThat(halted.why()).contains("surprise");
    }

    private ExpandStatus awaitHalt(WorkflowStub run) {
        lab.sleep(Duration.ofMinutes(2));
        return lab.await(run, RunState.HALTED);
    }

    private ExpandStatus skipUntil(WorkflowStub run, FailureKind kind) {
        lab.sleep(Duration.ofMinutes(2));
        return lab.await(
                run, status -> status.halt().filter(halt -> halt.kind() == kind).isPresent());
    }

    private void assertRolledBack(ApplicationFailure failure, FailureKind kind) {
        assertThat(failure.getType()).isEqualTo(kind.name());
        ExpandResult result = Failures.resultOf(failure).orElseThrow();
        assertThat(result.outcome()).isEqualTo(RunState.ROLLED_BACK);
        assertThat(lab.fake.reports).hasSize(1);
        assertThat(lab.leaseIsHeld()).isFalse();
        lab.assertAsBefore();
    }
}
