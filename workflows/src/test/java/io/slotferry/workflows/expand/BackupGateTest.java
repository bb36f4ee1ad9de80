package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.Backup;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BackupGateTest {
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    private static String stored(String more) {
        return request(more).replace("'backup': 'none'", "'backup': 'file:backups'");
    }

    @Test
    void nothing_changes_before_the_backup_is_written_and_looked_at_again() {
        ExpandResult result = lab.result(lab.start(stored("")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.withoutBackup()).isFalse();
        assertThat(result.backup().map(Backup::place)).hasValue("/backups/1");
        List<String> calls = lab.fake.calls;
        assertThat(calls.subList(0, calls.indexOf("ReadSettings")))
                .containsExactly(
                        "UsableSearchAttributes",
                        "Preflight",
                        "ScanBigKeys",
                        "MakePlan",
                        "FindLeaseHolder",
                        "MakePlan",
                        "BackUp",
                        "CheckBackup");
        assertThat(lab.fake.backups).singleElement().satisfies(order -> {
            assertThat(order.store()).isEqualTo("file:backups");
            assertThat(order.runId()).isEqualTo(result.runId());
        });
    }

    @Test
    void a_run_without_a_backup_says_so() {
        ExpandResult result = lab.result(lab.start(request("")));

        assertThat(result.withoutBackup()).isTrue();
        assertThat(result.backup()).isEmpty();
        assertThat(lab.fake.calls).doesNotContain("BackUp");
        assertThat(result.trail())
                .anyMatch(note -> note.what().equals("NO BACKUP is made: the request says \"backup\": \"none\""));
    }

    @Test
    void a_backup_that_fails_refuses_the_run_and_nothing_was_touched() {
        lab.fake.fail("BackUp", FailureKind.BACKUP_STORE);

        ApplicationFailure failure = lab.failure(lab.start(stored("")));

        assertThat(failure.getType()).isEqualTo(FailureKind.BACKUP_STORE.name());
        ExpandResult result = Failures.resultOf(failure).orElseThrow();
        assertThat(result.outcome()).isEqualTo(RunState.REFUSED);
        assertThat(result.withoutBackup()).isFalse();
        assertThat(lab.fake.calls).doesNotContain("ReadSettings");
        lab.assertAsBefore();
    }

    @Test
    void a_backup_of_another_view_of_the_cluster_is_made_again_in_a_place_of_its_own() {
        lab.fake.staleBackups.add("the slots of 10.0.0.1:7001 are others now");

        ExpandResult result = lab.result(lab.start(stored("")));

        assertThat(result.backup().map(Backup::place)).hasValue("/backups/2");
        assertThat(result.warnings())
                .containsExactly("the backup in /backups/1 is passed over: the slots of 10.0.0.1:7001 are others now");
    }

    @Test
    void a_cluster_that_changes_under_every_backup_is_left_alone() {
        lab.fake.staleBackups.addAll(List.of("first", "second", "third"));

        ApplicationFailure failure = lab.failure(lab.start(stored("")));

        assertThat(failure.getType()).isEqualTo(FailureKind.BACKUP_STALE.name());
        assertThat(failure.getOriginalMessage()).contains("3 times; nothing was touched", "third");
        assertThat(lab.fake.backups).hasSize(3);
        lab.assertAsBefore();
    }

    @Test
    void a_backup_alone_asks_nobody_holds_the_cluster_meanwhile_and_ends_after_it() {
        Runnable release = lab.fake.hold("BackUp");
        WorkflowStub run = lab.start(stored(", 'stopAfter': 'BACKUP'").replace("'NONE'", "'REQUIRED'"));
        lab.await(run, status -> status.phase() == Phase.BACKUP);
        lab.await(run, status -> lab.fake.calls.contains("BackUp"));
        assertThat(lab.leaseIsHeld()).isTrue();
        release.run();

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.backup()).isPresent();
        assertThat(result.next()).contains("the backup is written and verified");
        assertThat(lab.leaseIsHeld()).isFalse();
        assertThat(lab.fake.calls).doesNotContain("ReadSettings");
        lab.assertAsBefore();
    }

    @Test
    void a_cancel_during_the_backup_ends_the_run_with_nothing_touched() {
        lab.fake.linger("BackUp");
        WorkflowStub run = lab.start(stored(""));
        lab.await(run, status -> lab.fake.calls.contains("BackUp"));
        lab.command(run, "cancel", "{}");

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
        assertThat(result.next()).isEqualTo("nothing was touched");
        lab.assertAsBefore();
    }
}
