package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.CanceledFailure;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The way back, from wherever a run stands. */
@Execution(ExecutionMode.CONCURRENT)
class RollbackTest {
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}");
    private static final String UNASKED = request(", 'batch': {'slots': 1366}, 'onFailure': 'ROLL_BACK'");
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void during_preflight_there_is_nothing_to_undo() {
        Runnable release = lab.fake.hold("Preflight");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("Preflight"));

        rollback(run);
        lab.awaitEvent(run, EventType.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
        release.run();

        ExpandResult result = assertRolledBack(run);
        assertThat(result.next()).isEqualTo("nothing was touched");
        assertThat(lab.fake.calls).doesNotContain("MakePlan");
    }

    @Test
    void while_masters_join_they_are_removed_and_looked_at_again_after_a_minute() {
        lab.fake.linger("AddNodes");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("AddNodes [7004]"));

        rollback(run);

        assertRolledBack(run);
        assertThat(callsAfter("AddNodes [7004]"))
                .containsExactly(
                        "RemoveNodes [7004]",
                        "RestoreSettings",
                        "RemoveNodes [7004]",
                        "Validate AS_BEFORE attached=false",
                        "WriteReport");
        assertThat(timers()).contains(60L);
    }

    @Test
    void in_mid_batch_the_slot_in_hand_is_finished_and_then_every_slot_returns() {
        lab.fake.linger("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));

        assertThat(lab.command(run, "rollback", "{'by': 'ops', 'why': 'enough'}")
                        .state())
                .isEqualTo(RunState.ROLLING_BACK);

        ExpandResult result = assertRolledBack(run);
        assertThat(callsAfter("MoveBatch 1"))
                .containsExactly(
                        "PlanReturn",
                        "ReturnBatch 1",
                        "RemoveNodes [7004]",
                        "RestoreSettings",
                        "RemoveNodes [7004]",
                        "Validate AS_BEFORE attached=false",
                        "WriteReport");
        assertThat(result.moved().slots()).isEqualTo(5);
        assertThat(result.returned().orElseThrow().slots()).isEqualTo(5);
        assertThat(result.trail()).anyMatch(note -> note.what().equals("rolling back: rollback by ops: enough"));
        assertThat(result.validation().orElseThrow().passed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MoveBatch 1", "MoveBatch 3", "AttachReplicas", "RestoreSettings", "Validate"})
    void a_run_that_halted_anywhere_goes_back_from_there(String halting) {
        lab.fake.fail(halting, FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);

        rollback(run);

        assertRolledBack(run);
        assertThat(lab.calls("PlanReturn")).hasSize(1);
    }

    @Test
    void replicas_that_were_attached_may_stand_for_their_shard_and_are_removed_first() {
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);

        rollback(run);

        assertRolledBack(run);
        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7014, 7004]", "RemoveNodes [7014, 7004]");
        assertThat(lab.fake.orders.get(lab.fake.orders.size() - 1).moves()).allSatisfy(move -> assertThat(move.source())
                .containsExactly(SimulatedCluster.node(4), SimulatedCluster.node(14)));
    }

    @Test
    void open_slots_are_finished_in_their_direction_before_any_slot_returns() {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        SlotRanges open = lab.fake.orders.get(1).moves().get(0).slots().first(3);
        lab.fake.leaveOpen(3);

        rollback(run);

        assertRolledBack(run);
        assertThat(callsAfter("PlanReturn").subList(0, 3)).containsExactly("Settle", "ReturnBatch 1", "ReturnBatch 2");
        assertThat(lab.fake.orders.get(2).moves().get(0).slots()).isEqualTo(open);
        assertThat(lab.fake.orders.get(2).moves().get(0).target()).containsExactly(SimulatedCluster.node(4));
    }

    @Test
    void a_failure_on_the_way_back_halts_and_retry_goes_on_without_repeating_what_returned() {
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        lab.fake.fail("ReturnBatch 2", FailureKind.NODE_UNREACHABLE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        rollback(run);
        ExpandStatus status = lab.await(run, s -> s.state() == RunState.HALTED && s.phase() == Phase.ROLLBACK);
        assertThat(status.legal()).containsExactly(Command.RETRY, Command.RETUNE, Command.STOP_HERE);
        assertThat(status.batch()).isEqualTo(2);
        assertThat(status.batches()).isEqualTo(3);
        assertThat(status.slotsMoved()).isEqualTo(1366);
        assertThat(status.slots()).isEqualTo(4096);

        lab.command(run, "retry", "{}");

        ExpandResult result = assertRolledBack(run);
        assertThat(lab.calls("ReturnBatch"))
                .containsExactly("ReturnBatch 1", "ReturnBatch 2", "ReturnBatch 2", "ReturnBatch 3");
        assertThat(result.returned().orElseThrow().slots()).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PlanReturn", "RemoveNodes", "RestoreSettings", "Validate"})
    void every_step_of_the_way_back_halts_and_is_repeated(String failing) {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        lab.fake.fail(failing, FailureKind.NODE_UNREACHABLE);

        rollback(run);
        lab.sleep(Duration.ofMinutes(20));
        lab.await(run, s -> s.state() == RunState.HALTED && s.phase() == Phase.ROLLBACK);
        lab.command(run, "retry", "{}");

        assertRolledBack(run);
    }

    @Test
    void a_lease_that_was_lost_is_taken_again_for_the_way_back() {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        lab.endLease();

        rollback(run);

        assertRolledBack(run);
    }

    @Test
    void a_return_batch_that_a_stopping_worker_left_is_given_again() {
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        lab.fake.stopWorkerAfter(40);

        rollback(run);

        assertRolledBack(run);
        assertThat(lab.calls("ReturnBatch"))
                .containsExactly("ReturnBatch 1", "ReturnBatch 1", "ReturnBatch 2", "ReturnBatch 3");
    }

    @Test
    void while_a_return_batch_moves_status_counts_those_of_the_way_back() {
        lab.fake.fail("Validate", FailureKind.VIEWS_DISAGREE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        Runnable release = lab.fake.hold("ReturnBatch 2");

        rollback(run);
        lab.sleep(Duration.ofSeconds(20));
        ExpandStatus status = lab.await(run, s -> lab.fake.calls.contains("ReturnBatch 2"));

        assertThat(status.state()).isEqualTo(RunState.ROLLING_BACK);
        assertThat(status.legal()).containsExactly(Command.RETUNE, Command.STOP_HERE);
        assertThat(status.why()).startsWith("return batch 2/3: ").contains("10.0.0.4:7004 → ");
        assertThat(StatusMarkdown.of(status)).contains("| return batch |").contains("| 2 of 3 | 1,366 of 4,096 |");
        assertThat(lab.refusal(run, "cancel", "{}")).contains("what is legal now: retune, stop-here");
        release.run();
        assertRolledBack(run);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stop_here_or_temporals_cancel_ends_the_way_back_where_it_is(boolean byUpdate) {
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        lab.fake.linger("ReturnBatch 1");
        rollback(run);
        lab.await(run, s -> lab.fake.calls.contains("ReturnBatch 1"));

        if (byUpdate) {
            lab.command(run, "stop-here", "{'by': 'ops'}");
            ExpandResult result = lab.result(run);
            assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
            assertThat(result.returned().orElseThrow().slots()).isEqualTo(5);
            assertThat(result.next()).contains("slotferry expand --continue orders", "slotferry rollback --of orders");
        } else {
            run.cancel();
            assertThatThrownBy(() -> lab.result(run)).hasCauseInstanceOf(CanceledFailure.class);
        }
        assertThat(callsAfter("ReturnBatch 1"))
                .containsExactly(
                        "PlanReturn",
                        "AttachReplicas [7014]",
                        "RestoreSettings",
                        "Validate SERVING attached=true",
                        "WriteReport");
        assertThat(lab.fake.cluster.owned(SimulatedCluster.node(4)).size()).isEqualTo(4091);
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void stop_here_after_the_slots_returned_attaches_and_adds_nobody_again() {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        lab.fake.fail("RemoveNodes", FailureKind.NODE_UNREACHABLE);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        rollback(run);
        lab.sleep(Duration.ofMinutes(20));
        lab.await(run, s -> s.state() == RunState.HALTED && s.phase() == Phase.ROLLBACK);

        lab.command(run, "stop-here", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
        assertThat(lab.calls("AttachReplicas")).isEmpty();
        lab.assertSettingsPutBack();
    }

    @Test
    void where_the_request_says_so_a_failure_rolls_back_by_itself_and_keeps_its_pauses() {
        lab.fake.fail("MoveBatch 3", FailureKind.MIGRATE_FAILED);

        ApplicationFailure failure = lab.failure(lab.start(UNASKED));

        assertThat(failure.getType()).isEqualTo(FailureKind.MIGRATE_FAILED.name());
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.ROLLED_BACK);
        assertThat(timers()).containsExactly(10L, 10L, 10L, 60L, 60L);
        lab.assertAsBefore();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void where_the_request_says_so_a_cancel_rolls_back(boolean byUpdate) {
        WorkflowStub run = lab.start(UNASKED);
        lab.await(run, status -> status.slotsMoved() > 0);

        if (byUpdate) {
            lab.command(run, "cancel", "{}");
            assertRolledBack(run);
        } else {
            run.cancel();
            assertThatThrownBy(() -> lab.result(run)).hasCauseInstanceOf(CanceledFailure.class);
            assertThat(lab.fake.reports).singleElement().satisfies(report -> assertThat(report.outcome())
                    .isEqualTo(RunState.ROLLED_BACK));
            lab.assertAsBefore();
        }
    }

    @Test
    void stop_here_undoes_nothing_even_before_the_first_batch() {
        lab.fake.linger("AddNodes");
        WorkflowStub run = lab.start(UNASKED);
        lab.await(run, status -> lab.fake.calls.contains("AddNodes [7004]"));

        lab.command(run, "stop-here", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
        assertThat(lab.calls("RemoveNodes")).isEmpty();
        assertThat(lab.fake.cluster.has(SimulatedCluster.node(4))).isTrue();
        lab.assertSettingsPutBack();
    }

    @Test
    void rollback_given_twice_is_one() {
        Runnable release = lab.fake.hold("ReturnBatch 1");
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        rollback(run);
        lab.await(run, status -> lab.fake.calls.contains("ReturnBatch 1"));

        rollback(run);
        release.run();

        assertRolledBack(run);
        assertThat(lab.calls("PlanReturn")).hasSize(1);
    }

    @Test
    void the_same_request_again_expands_as_if_nothing_had_been() {
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        halted(run);
        rollback(run);
        assertRolledBack(run);

        ExpandResult again = lab.result(lab.start(THREE_BATCHES));

        assertThat(again.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(again.moved().slots()).isEqualTo(4096);
    }

    /** Each command in each state that a run can be looked at in; what the table allows is answered, the rest is refused. */
    @ParameterizedTest
    @CsvSource({
        "WAITING, approve cancel",
        "WAITING_FOR_THE_WINDOW, pause retune rollback stop-here cancel",
        "RUNNING, pause retune rollback stop-here cancel",
        "PAUSING, pause resume retune rollback stop-here cancel",
        "PAUSED, pause resume retune rollback stop-here cancel",
        "HALTED, retry retune rollback stop-here cancel",
        "ROLLING_BACK, retune rollback stop-here",
        "WAITING_ON_THE_WAY_BACK, retune rollback stop-here",
        "HALTED_ON_THE_WAY_BACK, retry retune stop-here",
        "STOPPING, cancel"
    })
    void in_every_state_the_table_says_what_is_legal(String state, String legal) {
        for (Command command : Command.values()) {
            try (ExpandTestRun other = new ExpandTestRun()) {
                WorkflowStub run = Scenes.reach(other, state);
                String argument = Scenes.argument(command, other.status(run));
                long updates = other.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED);
                if (List.of(legal.split(" ")).contains(command.word())) {
                    assertThat(other.command(run, command.word(), argument).next())
                            .isNotEmpty();
                } else {
                    assertThat(other.refusal(run, command.word(), argument)).contains(command.word() + " was refused");
                    assertThat(other.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED))
                            .isEqualTo(updates);
                }
            }
        }
    }

    private void rollback(WorkflowStub run) {
        lab.command(run, "rollback", "{}");
    }

    private void halted(WorkflowStub run) {
        lab.sleep(Duration.ofMinutes(2));
        lab.await(run, RunState.HALTED);
    }

    private ExpandResult assertRolledBack(WorkflowStub run) {
        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).as(result.toString()).isEqualTo(RunState.ROLLED_BACK);
        lab.assertAsBefore();
        return result;
    }

    private List<String> callsAfter(String call) {
        return lab.fake.calls.subList(lab.fake.calls.lastIndexOf(call) + 1, lab.fake.calls.size());
    }

    /** Lengths of the timers, in seconds; those of waits for the lease's end, that were cancelled, are left out. */
    private List<Long> timers() {
        return lab.server.getWorkflowClient().fetchHistory("expand-orders").getEvents().stream()
                .filter(event -> event.getEventType() == EventType.EVENT_TYPE_TIMER_STARTED)
                .filter(event -> !event.getUserMetadata()
                        .getSummary()
                        .getData()
                        .toStringUtf8()
                        .contains("lease"))
                .map(event -> event.getTimerStartedEventAttributes()
                        .getStartToFireTimeout()
                        .getSeconds())
                .toList();
    }
}
