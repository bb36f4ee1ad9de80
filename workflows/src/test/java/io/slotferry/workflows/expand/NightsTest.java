package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows, and what is prepared before them. Every run starts at noon on the first of June, where nothing else is said. */
@Execution(ExecutionMode.CONCURRENT)
class NightsTest {
    /** A command that meets a workflow task which a timer began can be lost by the in-memory server. */
    private static final Duration BESIDE_REMINDERS = Duration.ofMinutes(30);

    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private ExpandTestRun lab = new ExpandTestRun(Instant.parse("2026-06-01T12:00:00Z"));

    @AfterEach
    void close() {
        lab.close();
    }

    private static String nights(String from, String to, String more) {
        return request(", 'batch': {'slots': 1366}, 'window': {'from': '" + from + "', 'to': '" + to
                + "', 'zone': 'UTC'}" + more);
    }

    private static String stored(String request) {
        return request.replace("'backup': 'none'", "'backup': 'file:backups'");
    }

    @Test
    void outside_its_window_a_run_waits_and_says_until_when_before_it_holds_or_changes_anything() {
        WorkflowStub run = lab.start(stored(nights("01:00", "05:00", "")));

        ExpandStatus waiting = lab.await(run, RunState.WAITING);

        assertThat(waiting.why()).isEqualTo("the window 01:00-05:00 UTC opens");
        assertThat(waiting.until()).hasValue(Instant.parse("2026-06-02T01:00:00Z"));
        assertThat(waiting.phase()).isEqualTo(Phase.BACKUP);
        assertThat(waiting.legal()).contains(Command.PAUSE, Command.RETUNE, Command.CANCEL);
        assertThat(lab.fake.calls).doesNotContain("FindLeaseHolder", "BackUp", "ReadSettings");
        lab.fake.calls.clear();
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls)
                .startsWith("Preflight", "ScanBigKeys", "FindLeaseHolder", "MakePlan", "BackUp", "CheckBackup")
                .containsOnlyOnce("BackUp");
        assertAt("BackUp", "2026-06-02T01:00:00Z");
        assertAt("MoveBatch 1", "2026-06-02T01:00:00Z");
    }

    @Test
    void within_its_window_a_run_does_not_wait() {
        WorkflowStub run = lab.start(nights("11:00", "13:00", ""));

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertAt("MoveBatch 1", "2026-06-01T12:00:00Z");
        assertThat(lab.calls("Preflight")).hasSize(1);
    }

    /** Berlin's clock is put forward on 2026-03-29 at 01:00Z and back on 2026-10-25 at 01:00Z. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-28T12:00:00Z, 2026-03-28T21:00:00Z, 2026-03-29T00:00:00Z, 2026-03-29T20:00:00Z",
        "2026-10-24T12:00:00Z, 2026-10-24T20:00:00Z, 2026-10-24T23:00:00Z, 2026-10-25T21:00:00Z"
    })
    void a_window_over_midnight_is_the_zones_own_in_the_nights_in_which_its_clock_changes(
            Instant start, String first, String second, String third) {
        lab.close();
        lab = new ExpandTestRun(start);
        WorkflowStub run = lab.start(
                nights("22:00", "02:30", ", 'pacing': {'pause': 'PT3H'}").replace("'UTC'", "'Europe/Berlin'"));

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertAt("MoveBatch 1", first);
        assertAt("MoveBatch 2", second);
        assertAt("MoveBatch 3", third);
    }

    @Test
    void at_the_windows_end_the_run_waits_at_a_batch_boundary_and_the_next_night_begins_with_a_new_backup() {
        WorkflowStub run = lab.start(stored(nights("01:00", "04:00", ", 'pacing': {'pause': 'PT2H'}")));
        once("MoveBatch 2", () -> lab.fake.staleBackups.add("slots have moved since"));

        ExpandResult result = lab.result(run);

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertAt("MoveBatch 1", "2026-06-02T01:00:00Z");
        assertAt("MoveBatch 2", "2026-06-02T03:00:00Z");
        assertAt("MoveBatch 3", "2026-06-03T01:00:00Z");
        assertThat(lab.fake.backups).hasSize(2);
        assertAt("BackUp", "2026-06-03T01:00:00Z");
        assertThat(result.backup().orElseThrow().place()).isEqualTo("/backups/2");
        assertThat(result.trail())
                .extracting(ExpandResult.Note::what)
                .contains(
                        "waits: the window 01:00-04:00 UTC opens",
                        "the backup in /backups/1 is one of an earlier night: slots have moved since");
    }

    @Test
    void a_backup_that_still_stands_serves_another_night() {
        lab.result(lab.start(stored(nights("01:00", "02:00", ", 'pacing': {'pause': 'PT2H'}"))));

        assertThat(lab.fake.backups).hasSize(1);
        assertThat(lab.calls("CheckBackup")).hasSize(3);
        assertAt("MoveBatch 3", "2026-06-04T01:00:00Z");
    }

    @Test
    void a_night_without_a_backup_is_no_night_and_the_run_halts() {
        once("MoveBatch 1", () -> {
            lab.fake.staleBackups.addAll(List.of("slots have moved since", "slots have moved since"));
            lab.fake.fail("BackUp", FailureKind.BACKUP_STORE);
        });
        WorkflowStub run = lab.start(stored(nights("01:00", "02:00", ", 'pacing': {'pause': 'PT2H'}")));
        lab.sleep(Duration.ofHours(40).plus(BESIDE_REMINDERS));

        ExpandStatus halted = lab.await(run, RunState.HALTED);
        assertThat(halted.halt().orElseThrow().kind()).isEqualTo(FailureKind.BACKUP_NOT_RENEWED);
        assertThat(halted.halt().orElseThrow().evidence()).contains("BACKUP_STORE: BackUp failed");
        assertThat(lab.fake.calls).doesNotContain("MoveBatch 2");

        lab.command(run, "retry", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.backups).hasSize(2);
    }

    @Test
    void no_batch_starts_that_would_likely_end_outside_the_window() {
        lab.fake.batchTakes = Duration.ofMinutes(20);
        WorkflowStub run = lab.start(nights("01:00", "02:00", ", 'pacing': {'pause': 'PT45M'}"));
        lab.sleep(Duration.ofHours(14));

        ExpandStatus waiting = lab.await(run, RunState.WAITING);
        assertThat(waiting.why())
                .isEqualTo("what is left of this window is likely too short for a batch, which takes about 20 min;"
                        + " the window 01:00-02:00 UTC opens");
        assertThat(waiting.until()).hasValue(Instant.parse("2026-06-03T01:00:00Z"));
        lab.result(run);
        assertAt("MoveBatch 2", "2026-06-03T01:00:00Z");
    }

    @Test
    void a_batch_that_fits_into_no_night_halts_the_run_until_the_window_is_another_one() {
        lab.fake.batchTakes = Duration.ofHours(2);
        WorkflowStub run = lab.start(nights("01:00", "02:00", ""));
        lab.sleep(Duration.ofHours(13).plus(BESIDE_REMINDERS));
        ExpandStatus halted = lab.await(run, RunState.HALTED);
        assertThat(halted.halt().orElseThrow().kind()).isEqualTo(FailureKind.WINDOW_TOO_SHORT);
        assertThat(halted.halt().orElseThrow().evidence()).contains("a batch took 2 h of late");

        lab.command(run, "retune", "{'window': {'from': '22:00', 'to': '05:00', 'zone': 'UTC'}}");
        lab.command(run, "retry", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertAt("MoveBatch 2", "2026-06-02T01:30:00Z");
    }

    /** Berlin's clock went forward on 2026-03-29 at 01:00Z, and back on 2026-10-25 at 01:00Z. */
    @ParameterizedTest
    @CsvSource({
        "2026-03-28T12:00:00Z, 02:30, 05:00, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z, 2026-03-30T00:30:00Z",
        "2026-03-28T12:00:00Z, 01:00, 02:30, 2026-03-29T00:00:00Z, 2026-03-29T23:00:00Z, 2026-03-30T00:00:00Z",
        "2026-10-24T12:00:00Z, 02:30, 05:00, 2026-10-25T01:30:00Z, 2026-10-25T02:30:00Z, 2026-10-25T03:30:00Z",
        "2026-10-24T12:00:00Z, 23:30, 02:30, 2026-10-24T21:30:00Z, 2026-10-24T22:30:00Z, 2026-10-24T23:30:00Z"
    })
    void batches_start_within_the_window_by_the_zones_clock_when_it_is_changed(
            Instant start, String from, String to, Instant first, Instant second, Instant third) {
        lab.close();
        lab = new ExpandTestRun(start);
        WorkflowStub run =
                lab.start(nights(from, to, ", 'pacing': {'pause': 'PT1H'}").replace("'UTC'", "'Europe/Berlin'"));

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertAt("MoveBatch 1", first.toString());
        assertAt("MoveBatch 2", second.toString());
        assertAt("MoveBatch 3", third.toString());
    }

    @Test
    void a_pause_over_the_windows_end_goes_on_in_the_next_night() {
        WorkflowStub run = lab.start(nights("11:00", "13:00", ", 'pacing': {'pause': 'PT10M'}"));
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        lab.command(run, "pause", "{}");
        lab.await(run, RunState.PAUSED);
        lab.sleep(Duration.ofHours(4));

        lab.command(run, "resume", "{}");

        assertThat(lab.await(run, RunState.WAITING).until()).hasValue(Instant.parse("2026-06-02T11:00:00Z"));
        lab.result(run);
        assertAt("MoveBatch 2", "2026-06-02T11:00:00Z");
    }

    @Test
    void a_run_whose_window_is_taken_away_while_it_waits_goes_on_at_once() {
        WorkflowStub run = lab.start(nights("01:00", "05:00", ""));
        lab.await(run, RunState.WAITING);

        lab.command(run, "retune", "{'window': 'none', 'by': 'ops', 'why': 'it is quiet'}");

        lab.result(run);
        assertAt("MoveBatch 1", "2026-06-01T12:00:00Z");
    }

    @Test
    void a_batch_that_halted_and_is_retried_by_day_is_finished_where_it_is_under_way_and_else_waits() {
        for (boolean underWay : List.of(true, false)) {
            lab.close();
            lab = new ExpandTestRun(Instant.parse("2026-06-01T12:00:00Z"));
            lab.fake.underWay = underWay;
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            WorkflowStub run = lab.start(nights("11:00", "13:00", ", 'pacing': {'pause': 'PT0S'}"));
            lab.await(run, RunState.HALTED);
            lab.sleep(Duration.ofHours(4).plus(BESIDE_REMINDERS));

            lab.command(run, "retry", "{}");

            assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
            assertAt("MoveBatch 2", underWay ? "2026-06-01T16:30:00Z" : "2026-06-02T11:00:00Z");
            assertThat(lab.calls("TooLate")).hasSize(underWay ? 0 : 1);
        }
    }

    @Test
    void a_way_back_that_nobody_asked_for_keeps_the_window_and_an_operators_word_lets_it_start_at_once() {
        lab.fake.fail("MoveBatch 3", FailureKind.MIGRATE_FAILED);
        WorkflowStub run =
                lab.start(nights("01:00", "02:30", ", 'pacing': {'pause': 'PT2H'}, 'onFailure': 'ROLL_BACK'"));
        lab.sleep(Duration.ofHours(12 + 48 + 4));

        ExpandStatus waiting =
                lab.await(run, status -> status.phase() == Phase.ROLLBACK && status.state() == RunState.WAITING);

        assertThat(waiting.legal()).containsExactly(Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE);
        assertAt("ReturnBatch 1", "2026-06-04T01:00:00Z");
        lab.command(run, "rollback", "{'by': 'ops'}");
        lab.await(run, status -> lab.fake.calls.contains("ReturnBatch 2"));
        assertThat(lab.fake.times.get("ReturnBatch 2")).isBefore(Instant.parse("2026-06-04T06:00:00Z"));
    }

    @Test
    void a_way_back_that_nobody_asked_for_goes_on_in_the_next_night_by_itself() {
        lab.fake.fail("MoveBatch 3", FailureKind.MIGRATE_FAILED);
        WorkflowStub run =
                lab.start(nights("01:00", "02:30", ", 'pacing': {'pause': 'PT2H'}, 'onFailure': 'ROLL_BACK'"));

        assertThat(lab.failure(run).getType()).isEqualTo(FailureKind.MIGRATE_FAILED.name());
        assertAt("ReturnBatch 1", "2026-06-04T01:00:00Z");
        assertAt("ReturnBatch 2", "2026-06-05T01:00:00Z");
        lab.assertAsBefore();
    }

    @Test
    void an_operators_way_back_does_not_wait_for_the_window() {
        WorkflowStub run = lab.start(nights("11:00", "13:00", ", 'pacing': {'pause': 'PT10M'}"));
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        lab.command(run, "pause", "{}");
        lab.await(run, RunState.PAUSED);
        lab.sleep(Duration.ofHours(4));

        lab.command(run, "rollback", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.ROLLED_BACK);
        assertAt("ReturnBatch 1", "2026-06-01T16:00:00Z");
    }

    @Test
    void preflight_scan_and_backup_are_done_before_the_window_and_looked_at_again_when_it_opens() {
        WorkflowStub run = lab.start(stored(nights("01:00", "05:00", ", 'prepareBefore': 'PT3H'")));

        ExpandStatus early = lab.await(run, RunState.WAITING);
        assertThat(early.why()).isEqualTo("the window 01:00-05:00 UTC opens; it is prepared 3 h before");
        assertThat(early.until()).hasValue(Instant.parse("2026-06-01T22:00:00Z"));
        lab.fake.calls.clear();
        lab.sleep(Duration.ofHours(11));
        lab.await(run, RunState.WAITING);
        assertThat(lab.fake.calls)
                .containsExactly("Preflight", "ScanBigKeys", "FindLeaseHolder", "MakePlan", "BackUp", "CheckBackup");
        assertThat(lab.leaseIsHeld()).isTrue();
        assertAt("BackUp", "2026-06-01T22:00:00Z");
        lab.fake.calls.clear();

        lab.result(run);

        assertThat(lab.fake.calls)
                .startsWith("Preflight", "MakePlan", "CheckBackup", "ReadSettings")
                .doesNotContain("ScanBigKeys", "BackUp");
        assertAt("CheckBackup", "2026-06-02T01:00:00Z");
        assertAt("MoveBatch 1", "2026-06-02T01:00:00Z");
    }

    @Test
    void a_backup_that_is_stale_when_the_window_opens_is_made_again() {
        WorkflowStub run = lab.start(stored(nights("01:00", "05:00", ", 'prepareBefore': 'PT3H'")));
        lab.fake.before("Preflight", () -> {
            if (!lab.fake.backups.isEmpty()) {
                lab.fake.staleBackups.add("a shard failed over");
            }
        });

        ExpandResult result = lab.result(run);

        assertThat(result.backup().orElseThrow().place()).isEqualTo("/backups/2");
    }

    @Test
    void later_nights_are_prepared_before_their_window_too() {
        WorkflowStub run =
                lab.start(stored(nights("01:00", "02:00", ", 'prepareBefore': 'PT3H', 'pacing': {'pause': 'PT2H'}")));
        once("MoveBatch 1", () -> lab.fake.staleBackups.add("slots have moved since"));
        lab.fake.before("MoveBatch 2", () -> assertAt("BackUp", "2026-06-02T22:00:00Z"));

        lab.result(run);

        assertThat(lab.fake.backups).hasSize(2);
        assertAt("MoveBatch 2", "2026-06-03T01:00:00Z");
    }

    @Test
    void a_cluster_that_changed_before_the_window_opened_is_planned_anew_and_asked_for_again() {
        WorkflowStub run =
                lab.start(nights("01:00", "05:00", ", 'prepareBefore': 'PT3H'").replace("'NONE'", "'REQUIRED'"));
        String first = lab.await(run, RunState.WAITING).fingerprint();
        lab.command(run, "approve", "{'fingerprint': '" + first + "'}");
        lab.await(run, status -> status.state() == RunState.WAITING && status.phase() == Phase.BACKUP);
        lab.sleep(Duration.ofHours(11));
        lab.fake.cluster.move(SimulatedCluster.node(1), SimulatedCluster.node(2), SlotRanges.of(new SlotRange(0, 9)));
        lab.sleep(Duration.ofHours(2).plusMinutes(5));

        ExpandStatus asks = lab.await(
                run,
                status -> status.legal().contains(Command.APPROVE)
                        && !status.fingerprint().equals(first));
        assertThat(asks.warnings()).anyMatch(warning -> warning.contains("the cluster changed after plan"));
        assertThat(lab.fake.calls).doesNotContain("ReadSettings");
        lab.command(run, "approve", "{'fingerprint': '" + asks.fingerprint() + "'}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void a_cluster_that_is_not_fit_when_the_window_opens_refuses_the_run_and_nothing_was_touched() {
        WorkflowStub run = lab.start(nights("01:00", "05:00", ""));
        lab.await(run, RunState.WAITING);
        lab.fake.fail("Preflight", FailureKind.NODE_REFUSED);

        assertThat(lab.failure(run).getType()).isEqualTo(FailureKind.NODE_REFUSED.name());
        lab.assertAsBefore();
    }

    /** The first call of this name does this: under load, an activity can be tried a second time when time is skipped. */
    private void once(String call, Runnable hook) {
        lab.fake.before(call, () -> {
            if (lab.calls(call).size() == 1) {
                hook.run();
            }
        });
    }

    /** The call was made then, or within the minute after. */
    private void assertAt(String call, String moment) {
        Map<String, Instant> times = lab.fake.times;
        Instant expected = Instant.parse(moment);
        assertThat(times.get(call)).as(call + " of " + times).isBetween(expected, expected.plus(A_MINUTE));
    }
}
