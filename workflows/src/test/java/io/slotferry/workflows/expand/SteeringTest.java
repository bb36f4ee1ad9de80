package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.CommandAnswer;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.RunState.Command;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pause, resume and retune; what is legal when stands in {@link RollbackTest}. */
@Execution(ExecutionMode.CONCURRENT)
class SteeringTest {
    private static final String THREE_BATCHES = request(", 'batch': {'slots': 1366}, 'pacing': {'mode': 'STEADY'}");
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void a_pause_finishes_the_batch_in_hand_and_then_the_run_stands_still_until_it_is_resumed() {
        Runnable release = lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));

        assertThat(lab.command(run, "pause", "{'by': 'ops', 'why': 'a release'}")
                        .next())
                .contains("the batch in hand is finished, then the run is paused");
        assertThat(lab.status(run).legal())
                .containsExactly(Command.RESUME, Command.RETUNE, Command.ROLLBACK, Command.STOP_HERE, Command.CANCEL);
        release.run();
        ExpandStatus paused = lab.await(run, RunState.PAUSED);

        assertThat(paused.why()).isEqualTo("paused by ops: a release; until resume");
        assertThat(paused.slotsMoved()).isEqualTo(1366);
        lab.sleep(Duration.ofDays(3));
        assertThat(lab.status(run).state()).isEqualTo(RunState.PAUSED);
        assertThat(lab.calls("MoveBatch")).hasSize(1);
        assertThat(lab.command(run, "resume", "{'by': 'ops'}").state()).isEqualTo(RunState.RUNNING);

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.trail())
                .extracting(ExpandResult.Note::what)
                .contains("pause by ops: a release", "paused by ops: a release", "resume by ops");
    }

    @Test
    void a_pause_in_the_time_between_two_batches_holds_at_once() {
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT1H'}"));
        lab.awaitEvent(run, EventType.EVENT_TYPE_TIMER_STARTED);

        lab.command(run, "pause", "{}");

        lab.await(run, RunState.PAUSED);
        lab.command(run, "resume", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
    }

    @Test
    void a_pause_that_is_taken_back_in_time_changes_nothing() {
        Runnable release = lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        lab.command(run, "pause", "{}");
        lab.command(run, "resume", "{}");
        release.run();

        ExpandResult result = lab.result(run);
        assertThat(result.trail()).extracting(ExpandResult.Note::what).doesNotContain("paused");
    }

    @Test
    void a_paused_run_takes_a_cancel() {
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT1H'}"));
        lab.awaitEvent(run, EventType.EVENT_TYPE_TIMER_STARTED);
        lab.command(run, "pause", "{}");
        lab.await(run, RunState.PAUSED);

        lab.command(run, "cancel", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
    }

    @Test
    void a_paused_run_goes_back_at_once() {
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT1H'}"));
        lab.awaitEvent(run, EventType.EVENT_TYPE_TIMER_STARTED);
        lab.command(run, "pause", "{}");
        lab.await(run, RunState.PAUSED);

        lab.command(run, "rollback", "{}");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.ROLLED_BACK);
        lab.assertAsBefore();
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "resume", "retry", "approve"})
    void a_word_that_is_given_twice_is_answered_and_stands_in_the_trail_once(String word) {
        WorkflowStub run;
        String argument = "{'by': 'ops'}";
        if (word.equals("retry")) {
            lab.fake.fail("MoveBatch 2", FailureKind.MIGRATE_FAILED);
            lab.fake.hold("MoveBatch 3");
            run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT0S'}"));
            lab.await(run, RunState.HALTED);
        } else if (word.equals("approve")) {
            lab.fake.hold("MoveBatch 1");
            run = lab.start(THREE_BATCHES.replace("'NONE'", "'REQUIRED'"));
            argument = "{'by': 'ops', 'fingerprint': '"
                    + lab.await(run, RunState.WAITING).fingerprint() + "'}";
        } else {
            lab.fake.hold("MoveBatch 1");
            run = lab.start(THREE_BATCHES);
            lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
            if (word.equals("resume")) {
                lab.command(run, "pause", "{}");
            }
        }

        String first = lab.command(run, word, argument).next();

        assertThat(lab.command(run, word, argument).next()).isEqualTo(first);
        assertThat(lab.status(run).trail())
                .extracting(ExpandResult.Note::what)
                .filteredOn(what -> what.startsWith(word) && what.endsWith("by ops"))
                .hasSize(1);
    }

    /** The same sentences stand in the CLI's golden screens. */
    @Test
    void the_answer_to_each_word_says_what_happens_next() {
        Runnable release = lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES.replace("'NONE'", "'REQUIRED'"));
        String fingerprint = lab.await(run, RunState.WAITING).fingerprint();

        assertThat(lab.command(run, "approve", "{'fingerprint': '" + fingerprint + "'}"))
                .isEqualTo(new CommandAnswer(
                        RunState.RUNNING, "the plan begins, once it is seen that the cluster is still the same"));
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        assertThat(lab.command(run, "pause", "{}"))
                .isEqualTo(
                        new CommandAnswer(
                                RunState.RUNNING,
                                "the batch in hand is finished, then the run is paused; slotferry resume orders lets it go on"));
        assertThat(lab.command(run, "resume", "{}"))
                .isEqualTo(
                        new CommandAnswer(RunState.RUNNING, "the run goes on from the batch boundary where it stands"));
        assertThat(lab.command(run, "retune", "{'pacing': {'pause': 'PT30S'}}"))
                .isEqualTo(new CommandAnswer(
                        RunState.RUNNING,
                        "pause PT10S -> PT30S; the batch in hand is finished as it began, and the next one goes like"
                                + " this"));
        assertThat(lab.command(run, "stop-here", "{}").next())
                .isEqualTo("the slot in hand is finished, then the run ends; slotferry status orders shows it");
        release.run();
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.STOPPED);
    }

    @Test
    void the_answers_to_retry_and_rollback_say_what_happens_next() {
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        lab.fake.fail("MoveBatch 1", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, RunState.HALTED);

        assertThat(lab.command(run, "retry", "{}"))
                .isEqualTo(new CommandAnswer(RunState.RUNNING, "the step that halted is tried again"));
        lab.await(run, RunState.HALTED);
        assertThat(lab.command(run, "rollback", "{}").next())
                .isEqualTo(
                        "the slot in hand is finished, then every slot goes back to where it was, and the new nodes are"
                                + " removed; slotferry watch orders shows it");

        assertThat(lab.result(run).outcome()).isEqualTo(RunState.ROLLED_BACK);
    }

    @Test
    void what_is_retuned_holds_from_the_next_batch_on() {
        Runnable release = lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));

        String next = lab.command(
                        run,
                        "retune",
                        "{'pacing': {'mode': 'FAST'}, 'batch': {'lanes': 1}, 'thresholds': {'cpu': 90}, 'by': 'ops'}")
                .next();

        assertThat(next)
                .startsWith("mode STEADY -> FAST, pause PT10S -> PT0S, lanes 4 -> 1, thresholds cpu 70 %")
                .contains("-> cpu 90 %");
        release.run();
        ExpandResult result = lab.result(run);
        BatchOrder before = lab.fake.orders.get(0);
        assertThat(before.mode()).isEqualTo(Mode.STEADY);
        assertThat(before.terms()).isEqualTo(BatchOrder.Terms.USUAL);
        assertThat(lab.fake.orders.subList(1, 3)).allSatisfy(order -> {
            assertThat(order.mode()).isEqualTo(Mode.FAST);
            assertThat(order.lanes()).isEqualTo(1);
            assertThat(order.terms().thresholds().orElseThrow().cpu()).isEqualTo(90);
            assertThat(order.terms().thresholds().orElseThrow().memory()).isEqualTo(80);
        });
        assertThat(result.trail()).anyMatch(note -> note.what().startsWith("retune by ops (mode STEADY -> FAST"));
    }

    @Test
    void a_pause_between_batches_that_is_retuned_is_the_new_one_at_once() {
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT24H'}"));
        lab.awaitEvent(run, EventType.EVENT_TYPE_TIMER_STARTED);

        lab.command(run, "retune", "{'pacing': {'pause': 'PT0S'}}");

        lab.await(run, status -> status.state() == RunState.COMPLETED);
        assertThat(lab.status(run).tuning().orElseThrow().pacing().pause()).isZero();
    }

    @Test
    void a_run_that_is_retuned_to_adaptive_keeps_its_pause_and_a_budget_can_follow() {
        Runnable release = lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));

        assertThat(lab.command(run, "retune", "{'pacing': {'mode': 'ADAPTIVE'}}")
                        .next())
                .startsWith("mode STEADY -> ADAPTIVE; ");
        assertThat(lab.command(run, "retune", "{'pacing': {'latencyBudget': 25}}")
                        .next())
                .startsWith("latencyBudget 10 -> 25; ");

        assertThat(lab.status(run).tuning().orElseThrow().text())
                .isEqualTo("ADAPTIVE, latency budget 25 %, pause at most PT10S, 4 lanes");
        release.run();
        lab.result(run);
        assertThat(lab.fake.orders.get(0).adaptive()).isEmpty();
        assertThat(lab.fake.orders.get(1).adaptive().orElseThrow().latencyBudget())
                .isEqualTo(25);
    }

    @Test
    void a_retune_to_what_is_already_changes_nothing() {
        lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        int notes = lab.status(run).trail().size();

        assertThat(lab.command(run, "retune", "{'pacing': {'pause': 'PT10S'}}").next())
                .isEqualTo("nothing is otherwise than before: STEADY, pause PT10S, 4 lanes");
        assertThat(lab.status(run).trail()).hasSize(notes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{} / retune: nothing to change",
                "{'pacing': {'pause': 'soon'}} / pacing.pause: \"soon\" is not an ISO-8601 duration",
                "{'pacing': {'mode': 'FAST', 'pause': 'PT5S'}} / pacing.pause: mode FAST has no pause",
                "{'batch': {'slots': 10}} / batch.slots: unknown field",
                "{'thresholds': {'cpu': 0}} / thresholds.cpu: 0 is not a whole number from 1 to 100",
                "{'window': {'from': '01:00', 'to': '05:00'}} / window.zone: missing",
                "{'window': 'never'} / window: an object belongs here, not a string",
                "{'backup': 'none'} / backup: unknown field"
            })
    void a_retune_that_does_not_fit_is_refused_with_its_paths_and_leaves_no_trace(String example) {
        lab.fake.hold("MoveBatch 1");
        WorkflowStub run = lab.start(THREE_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 1"));
        String[] parts = example.split(" / ");

        assertThat(lab.refusal(run, "retune", parts[0])).contains(parts[1]);

        assertThat(List.of(
                        lab.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED),
                        lab.events(run, EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED)))
                .containsOnly(0L);
        assertThat(lab.status(run).tuning().orElseThrow().text()).isEqualTo("STEADY, pause PT10S, 4 lanes");
    }
}
