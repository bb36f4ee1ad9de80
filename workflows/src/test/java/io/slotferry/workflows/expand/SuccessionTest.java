package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.ClusterViews.Direction;
import io.slotferry.planning.ClusterViews.OpenSlots;
import io.slotferry.planning.Lane;
import io.slotferry.workflows.contract.ExpandRequest.Pacing;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.RunRecord;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A run in the place of one that was terminated. */
@Execution(ExecutionMode.CONCURRENT)
class SuccessionTest {
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}");
    private static final String CONTINUE = "{'continue': 'expand-orders'}";

    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void finished_batches_are_not_repeated_and_the_rest_follows_as_it_would_have() {
        RunRecord record = terminatedBeforeBatch(2);

        ExpandResult result = lab.result(lab.start(CONTINUE));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls)
                .containsExactly(
                        "ReadRecord",
                        "UsableSearchAttributes",
                        "FindLeaseHolder",
                        "FindLeaseHolder",
                        "ReadCourse",
                        "WriteRecord",
                        "ApplySetting no",
                        "PlanReturn",
                        "MoveBatch 2",
                        "MoveBatch 3",
                        "AttachReplicas [7014]",
                        "RestoreSettings",
                        "Validate BALANCED attached=true",
                        "WriteReport");
        assertThat(lab.fake.cluster.slotCounts()).containsExactly(4096, 4096, 4096, 4096);
        assertThat(result.moved().batches()).isEqualTo(3);
        assertThat(result.moved().slots()).isEqualTo(4096);
        assertThat(result.fingerprint()).isEqualTo(record.plan().fingerprint());
        assertThat(result.trail())
                .anyMatch(note -> note.what().contains("takes over run " + record.runId() + " of expand-orders"))
                .anyMatch(note -> note.what().equals("1 of 3 batches were done before"));
        lab.assertSettingsPutBack();
    }

    @Test
    void the_record_of_the_new_run_names_those_before_it_and_keeps_the_settings_of_the_first() {
        RunRecord first = terminatedBeforeBatch(2);
        assertThat(first.predecessors()).isEmpty();
        assertThat(first.joinedBefore()).isEmpty();
        assertThat(first.settings().priors()).hasSize(8).allSatisfy(prior -> assertThat(prior.value())
                .isEqualTo("yes"));
        assertThat(lab.fake.cluster.setting(SimulatedCluster.node(1))).isEqualTo("no");

        RunRecord second = terminated("MoveBatch 3", CONTINUE);
        lab.fake.closedRun = Optional.of(second);
        lab.result(lab.start(CONTINUE));

        assertThat(second.predecessors()).containsExactly(first.runId());
        assertThat(lab.fake.records.get(2).predecessors()).containsExactly(first.runId(), second.runId());
        assertThat(lab.fake.records).extracting(RunRecord::settings).containsOnly(first.settings());
        assertThat(lab.fake.records).extracting(RunRecord::plan).containsOnly(first.plan());
        lab.assertSettingsPutBack();
    }

    @Test
    void a_run_that_was_terminated_before_its_nodes_joined_begins_with_them() {
        terminated("AddNodes", THREE_BATCHES);
        lab.fake.calls.clear();

        ExpandResult result = lab.result(lab.start(CONTINUE));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("AddNodes")).hasSize(1);
        assertThat(lab.calls("MoveBatch")).hasSize(3);
    }

    /** The in-memory server skips no time after a terminated run, and removed nodes are looked at again after a minute. */
    @Test
    @Timeout(600)
    void a_failure_before_any_slot_moved_undoes_what_the_closed_run_had_done() {
        terminated("AddNodes", THREE_BATCHES);
        lab.fake.fail("AddNodes", FailureKind.JOIN_FAILED);

        ApplicationFailure failure = lab.failure(lab.start(CONTINUE));

        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.ROLLED_BACK);
        lab.assertAsBefore();
    }

    @Test
    void a_failure_after_slots_moved_halts_however_early_in_the_new_run_it_comes() {
        terminatedBeforeBatch(2);
        lab.fake.fail("ApplySetting", FailureKind.NODE_REFUSED);
        WorkflowStub run = lab.start(CONTINUE);

        ExpandStatus halted = lab.await(run, RunState.HALTED);

        assertThat(halted.halt().orElseThrow().kind()).isEqualTo(FailureKind.NODE_REFUSED);
        assertThat(lab.calls("RemoveNodes")).isEmpty();
        lab.command(run, "retry", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("WriteRecord")).hasSize(1);
    }

    /** The in-memory server skips no time after a terminated run, and removed nodes are looked at again after a minute. */
    @Test
    @Timeout(600)
    void a_node_that_was_a_member_before_the_closed_run_is_not_removed() {
        lab.fake.cluster.join(SimulatedCluster.node(4));
        terminated("AttachReplicas", request(", 'batch': {'slots': 1366}, 'attachReplicas': 'BEFORE_RESHARD'"));
        lab.fake.fail("AttachReplicas", FailureKind.REPLICA_NOT_IN_SYNC);

        lab.failure(lab.start(CONTINUE));

        assertThat(lab.calls("RemoveNodes")).containsExactly("RemoveNodes [7014]", "RemoveNodes [7014]");
        assertThat(lab.fake.cluster.has(SimulatedCluster.node(4))).isTrue();
    }

    @Test
    void slots_that_the_closed_run_left_open_on_their_way_home_get_there_and_then_go_on_with_their_batch() {
        RunRecord closed = terminatedBeforeBatch(2);
        Lane lane = closed.plan().batches().get(0).lanes().get(0);
        lab.fake.open = List.of(new OpenSlots(
                SimulatedCluster.node(4),
                Direction.MIGRATING,
                lane.slots().first(3),
                closed.plan().shards().get(lane.source()).master().id(),
                Optional.empty()));
        lab.fake.calls.clear();

        ExpandResult result = lab.result(lab.start(CONTINUE));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls)
                .containsSubsequence("ApplySetting no", "PlanReturn", "Settle", "MoveBatch 1", "MoveBatch 2");
        assertThat(lab.fake.cluster.slotCounts()).containsExactly(4096, 4096, 4096, 4096);
    }

    @Test
    void slots_that_the_closed_run_left_open_on_their_way_there_are_left_to_their_batch() {
        RunRecord closed = terminatedBeforeBatch(2);
        Lane lane = closed.plan().batches().get(1).lanes().get(0);
        lab.fake.open = List.of(new OpenSlots(
                closed.plan().shards().get(lane.source()).master(),
                Direction.MIGRATING,
                lane.slots().first(3),
                SimulatedCluster.node(4).id(),
                Optional.empty()));

        assertThat(lab.result(lab.start(CONTINUE)).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls).doesNotContain("Settle");
    }

    @Test
    void the_new_run_may_go_at_another_speed() {
        terminatedBeforeBatch(2);

        lab.result(lab.start("{'continue': 'expand-orders', 'pacing': {'mode': 'FAST'}}"));

        assertThat(lab.fake.orders.get(lab.fake.orders.size() - 1).mode()).isEqualTo(Pacing.Mode.FAST);
        assertThat(lab.fake.records.get(1).request().pacing()).isEqualTo(new Pacing(Pacing.Mode.FAST, Duration.ZERO));
    }

    @Test
    void a_run_that_cannot_be_taken_over_is_refused_and_nothing_is_asked_of_the_cluster() {
        lab.fake.fail("ReadRecord", FailureKind.NOT_TAKEN_OVER);

        ApplicationFailure failure = lab.failure(lab.start(CONTINUE));

        assertThat(failure.getType()).isEqualTo(FailureKind.NOT_TAKEN_OVER.name());
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
        assertThat(lab.fake.calls).containsExactly("ReadRecord");
    }

    @Test
    void a_cluster_that_somebody_else_changed_since_is_not_touched() {
        terminatedBeforeBatch(2);
        lab.fake.fail("ReadCourse", FailureKind.CLUSTER_CHANGED);

        ApplicationFailure failure = lab.failure(lab.start(CONTINUE));

        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
        assertThat(lab.calls("ApplySetting")).isEmpty();
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void a_cancel_of_the_new_run_leaves_the_cluster_in_good_order() {
        terminatedBeforeBatch(2);
        lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(CONTINUE);
        lab.await(run, RunState.HALTED);

        lab.command(run, "cancel", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
        assertThat(lab.calls("AttachReplicas")).containsExactly("AttachReplicas [7014]");
        lab.assertSettingsPutBack();
    }

    @Test
    void what_does_not_fit_closes_the_run_with_every_path() {
        ApplicationFailure failure = lab.failure(lab.start("{'continue': 7, 'cluster': {}}"));

        assertThat(failure.getType()).isEqualTo(FailureKind.BAD_REQUEST.name());
        assertThat(Failures.haltOf(failure).evidence()).hasSize(2);
        assertThat(lab.fake.calls).isEmpty();
    }

    private RunRecord terminatedBeforeBatch(int batch) {
        RunRecord record = terminated("MoveBatch " + batch, THREE_BATCHES);
        assertThat(lab.fake.cluster.owned(SimulatedCluster.node(4)).size()).isBetween(1, 1366 * (batch - 1));
        return record;
    }

    /** Terminates a run inside this call; answers its record, which is the one that is taken over next. */
    private RunRecord terminated(String call, String request) {
        int records = lab.fake.records.size();
        lab.terminateIn(call, request);
        RunRecord record = lab.fake.records.get(records);
        lab.fake.closedRun = Optional.of(record);
        lab.fake.calls.clear();
        return record;
    }
}
