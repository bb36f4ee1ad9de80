package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.Plan;
import io.slotferry.planning.SlotRange;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BigKeys;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.client.WorkflowStub;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AgreementTest {
    private static final String TO_APPROVE =
            request("").replace("'approval': 'NONE'", "'approval': 'REQUIRED', 'batch': {'slots': 2000}");
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void a_blocking_check_fails_the_run_with_every_check_its_evidence_and_remedy() {
        lab.fake.preflight = List.of(
                check("coverage", Verdict.FAIL, false),
                check("open-slot", Verdict.FAIL, false),
                check("memory", Verdict.FAIL, true),
                check("version", Verdict.WARN, false));

        ApplicationFailure failure = lab.failure(lab.start(request("")));

        assertThat(failure.getType()).isEqualTo(FailureKind.PREFLIGHT_FAILED.name());
        assertThat(failure.getOriginalMessage()).isEqualTo("""
                        Preflight failed on 2 checks; nothing was touched.
                          coverage: seen so; remedy: do this
                          open-slot: seen so; remedy: do this
                        Next: remedy what the checks name, then start again""");
        ExpandResult result = Failures.resultOf(failure).orElseThrow();
        assertThat(result.outcome()).isEqualTo(RunState.REFUSED);
        assertThat(result.preflight().results()).hasSize(4);
        assertThat(lab.fake.calls).containsExactly("UsableSearchAttributes", "Preflight", "FindLeaseHolder");
    }

    @Test
    void a_rehearsed_preflight_ends_after_it() {
        ExpandResult result = lab.result(lab.start(request(", 'stopAfter': 'PREFLIGHT'")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.rehearsed()).isTrue();
        assertThat(lab.fake.calls).containsExactly("UsableSearchAttributes", "Preflight", "ScanBigKeys");
    }

    @Test
    void checks_alone_end_before_every_key_is_looked_at_and_need_nothing_to_add() {
        String nothingToAdd = "{\"cluster\": {\"name\": \"orders\", \"seeds\": [\"10.0.0.1:7000\"]},"
                + " \"backup\": \"none\", \"stopAfter\": \"CHECKS\"}";

        ExpandResult result = lab.result(lab.start(nothingToAdd));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.rehearsed()).isTrue();
        assertThat(lab.fake.calls).containsExactly("UsableSearchAttributes", "Preflight");
    }

    @Test
    void an_acceptance_of_big_keys_where_there_are_none_is_told() {
        ExpandResult result = lab.result(lab.start(request(", 'stopAfter': 'PREFLIGHT', 'accept': ['big-keys']")));

        assertThat(result.preflight().unmatched()).containsExactly("big-keys (nothing of it failed)");
        assertThat(result.warnings()).contains("accept: no check answered to \"big-keys (nothing of it failed)\"");
    }

    @Test
    void slots_are_weighed_once_however_often_the_plan_is_made() {
        ExpandResult result = lab.result(lab.start(request(", 'balance': 'KEYS'")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.fake.calls)
                .startsWith(
                        "UsableSearchAttributes",
                        "Preflight",
                        "ScanBigKeys",
                        "WeighSlots",
                        "MakePlan",
                        "FindLeaseHolder",
                        "MakePlan",
                        "ReadSettings");
        assertThat(result.trail())
                .extracting(ExpandResult.Note::what)
                .contains("slots are weighed by keys: as the test has it");
        // The first thousand slots weigh double, and the new master gets them.
        assertThat(lab.fake.cluster.slotCounts().get(3)).isBetween(3_300, 3_400);
    }

    @Test
    void slots_with_big_keys_stay_where_they_are_and_preflight_names_the_keys() {
        SlotRanges slots = SlotRanges.parse("0-9,6000");
        lab.fake.bigKeys = new BigKeys(
                1_000,
                List.of(new BigKeys.BigKey(
                        "cart",
                        0,
                        9,
                        "hash",
                        13L << 20,
                        NodeAddress.parse("10.0.0.1:7000"),
                        Duration.ofMillis(200),
                        Duration.ofSeconds(15),
                        true)),
                11,
                slots,
                SlotRanges.none());

        ExpandResult result = lab.result(lab.start(request("")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.preflight().results())
                .filteredOn(check -> check.check().equals("big-keys"))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.verdict()).isEqualTo(Verdict.WARN);
                    assertThat(check.evidence())
                            .contains(
                                    "11 over 10.0 MB in 11 slots: cart (hash, 13.0 MB, slot 9): MIGRATE would block for"
                                            + " about 0.2 s (measured by DUMP), cluster-node-timeout is 15.0 s");
                });
        assertThat(lab.fake.orders).isNotEmpty().flatMap(BatchOrder::moves).allMatch(move -> move.slots()
                .intersect(slots)
                .isEmpty());
    }

    @Test
    void a_rehearsed_plan_ends_after_it_and_has_the_fingerprint_of_the_real_one() {
        ExpandResult rehearsal = lab.result(lab.start(request(", 'stopAfter': 'PLAN'")));

        assertThat(rehearsal.planText()).isEqualTo("the plan as text");
        assertThat(lab.fake.calls).containsExactly("UsableSearchAttributes", "Preflight", "ScanBigKeys", "MakePlan");
        assertThat(lab.result(lab.start(request(""))).fingerprint()).isEqualTo(rehearsal.fingerprint());
    }

    @Test
    void an_impossible_plan_refuses_the_run() {
        String beside = request("").replace("10.0.0.14:7014", "10.0.0.4:7014").replace("'batch'", "'batch'");
        lab.fake.fail("MakePlan", FailureKind.IMPOSSIBLE_PLAN);

        ApplicationFailure failure = lab.failure(lab.start(beside));

        assertThat(failure.getType()).isEqualTo(FailureKind.IMPOSSIBLE_PLAN.name());
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
    }

    @Test
    void a_request_that_is_satisfied_ends_well_with_nothing_to_do() {
        lab.result(lab.start(request("")));

        ExpandResult again = lab.result(lab.start(request("")));

        assertThat(again.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(again.nothingToDo()).isTrue();
        assertThat(again.moved().slots()).isZero();
    }

    @Test
    void a_plan_waits_until_its_fingerprint_is_approved_and_then_begins() {
        WorkflowStub run = lab.start(TO_APPROVE);
        ExpandStatus waiting = lab.await(run, RunState.WAITING);
        assertThat(waiting.legal()).containsExactly(Command.APPROVE, Command.CANCEL);
        assertThat(waiting.until()).isPresent();
        assertThat(lab.fake.calls).doesNotContain("FindLeaseHolder");

        String brief = waiting.fingerprint().substring(0, 8);
        assertThat(lab.command(run, "approve", "{'fingerprint': '" + brief + "', 'by': 'ops'}")
                        .state())
                .isEqualTo(RunState.RUNNING);

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.trail())
                .anyMatch(note -> note.what().equals("approved plan " + waiting.fingerprint() + " by ops"));
    }

    @Test
    void a_wrong_fingerprint_and_a_malformed_one_are_refused_and_the_run_still_waits() {
        WorkflowStub run = lab.start(TO_APPROVE);
        lab.await(run, RunState.WAITING);

        assertThat(lab.refusal(run, "approve", "{'fingerprint': '0123456789'}"))
                .contains("approve was refused: the plan that waits has the fingerprint "
                        + lab.status(run).fingerprint())
                .contains("slotferry status orders");
        assertThat(lab.refusal(run, "approve", "{'fingerprint': 'abc'}"))
                .contains("fingerprint: 8 to 64 hexadecimal digits");
        assertThat(lab.refusal(run, "approve", "{'fingerprnt': '01234567'}"))
                .contains("fingerprint: missing")
                .contains("fingerprnt: unknown field; did you mean \"fingerprint\"?");
        assertThat(lab.refusal(run, "approve", "'yes'")).contains("approve: an object belongs here, not a string");
        assertThat(lab.refusal(run, "approve", "null")).contains("approve: the plan's fingerprint belongs here");
        assertThat(lab.refusal(run, "retry", "{}"))
                .contains("retry was refused: the run is WAITING")
                .contains("legal now: approve, cancel");
        assertThat(lab.status(run).state()).isEqualTo(RunState.WAITING);
    }

    @Test
    void a_request_that_names_its_plan_carries_out_that_one_without_asking() {
        String wanted = lab.result(lab.start(request(", 'stopAfter': 'PLAN'"))).fingerprint();

        ExpandResult result =
                lab.result(lab.start(request(", 'plan': '" + wanted + "'").replace("'NONE'", "'REQUIRED'")));

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.fingerprint()).isEqualTo(wanted);
    }

    @Test
    void a_request_that_names_another_plan_than_the_clusters_is_refused_and_nothing_was_touched() {
        String wanted = lab.result(lab.start(request(", 'stopAfter': 'PLAN'"))).fingerprint();
        lab.fake.cluster.move(SimulatedCluster.node(1), SimulatedCluster.node(2), SlotRanges.of(new SlotRange(0, 9)));

        ApplicationFailure failure = lab.failure(lab.start(request(", 'plan': '" + wanted + "'")));

        assertThat(failure.getType()).isEqualTo(FailureKind.NOT_APPROVED.name());
        assertThat(failure.getOriginalMessage())
                .contains("another one than plan " + wanted.substring(0, 8) + " was made for", "Nothing was touched");
        assertThat(lab.fake.calls).doesNotContain("FindLeaseHolder", "ReadSettings");
    }

    @Test
    void a_cluster_that_changes_between_the_named_plan_and_the_lease_is_refused_too() {
        String wanted = lab.result(lab.start(request(", 'stopAfter': 'PLAN'"))).fingerprint();
        lab.fake.before(
                "FindLeaseHolder",
                () -> lab.fake.cluster.move(
                        SimulatedCluster.node(1), SimulatedCluster.node(2), SlotRanges.of(new SlotRange(0, 9))));

        ApplicationFailure failure = lab.failure(lab.start(request(", 'plan': '" + wanted + "'")));

        assertThat(failure.getType()).isEqualTo(FailureKind.NOT_APPROVED.name());
        assertThat(lab.fake.calls).doesNotContain("ReadSettings");
        assertThat(lab.leaseIsHeld()).isFalse();
    }

    @Test
    void a_plan_that_nobody_approves_expires_after_a_day() {
        ApplicationFailure failure = lab.failure(lab.start(TO_APPROVE));

        assertThat(failure.getType()).isEqualTo(FailureKind.NOT_APPROVED.name());
        assertThat(failure.getOriginalMessage()).contains("within 24 hours; nothing was touched");
        assertThat(Failures.resultOf(failure).orElseThrow().outcome()).isEqualTo(RunState.REFUSED);
    }

    @Test
    void a_cluster_that_changed_while_the_plan_waited_is_planned_anew_and_waits_again() {
        WorkflowStub run = lab.start(TO_APPROVE);
        String stale = lab.await(run, RunState.WAITING).fingerprint();
        lab.fake.cluster.move(SimulatedCluster.node(1), SimulatedCluster.node(2), SlotRanges.of(new SlotRange(0, 9)));
        lab.command(run, "approve", "{'fingerprint': '" + stale + "'}");

        ExpandStatus waiting = lab.await(
                run,
                status -> status.state() == RunState.WAITING
                        && !status.fingerprint().equals(stale));

        assertThat(waiting.warnings()).singleElement().asString().contains("the cluster changed after plan");
        assertThat(lab.leaseIsHeld()).isFalse();
        assertThat(lab.fake.calls).doesNotContain("ReadSettings");
        assertThat(lab.refusal(run, "approve", "{'fingerprint': '" + stale + "'}"))
                .contains("approve was refused");
        lab.command(run, "approve", "{'fingerprint': '" + waiting.fingerprint() + "'}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void status_before_and_after_the_plan_says_what_stands() {
        Runnable release = lab.fake.hold("Preflight");
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 2000}"));
        ExpandStatus early = lab.await(run, status -> status.cluster().equals("orders"));
        assertThat(early.fingerprint()).isEmpty();
        assertThat(early.timeLeft()).isEmpty();
        assertThat(run.query("plan", Plan.class)).isNull();
        release.run();
        lab.result(run);

        ExpandStatus late = lab.status(run);
        assertThat(late.state()).isEqualTo(RunState.COMPLETED);
        assertThat(late.batch()).isEqualTo(3);
        assertThat(late.slotsMoved()).isEqualTo(4096);
        assertThat(late.legal()).isEmpty();
        assertThat(Duration.between(
                        late.startedAt(),
                        late.trail().get(late.trail().size() - 1).at()))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(20));
    }

    private static CheckResult check(String name, Verdict verdict, boolean accepted) {
        return new CheckResult(name, Optional.empty(), verdict, "seen so", "do this", accepted);
    }
}
