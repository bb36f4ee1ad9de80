package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.Processes.Known;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowStub;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** In pacing FAST one activity moves batch after batch. */
@Execution(ExecutionMode.CONCURRENT)
class ChainTest {
    private static final String FAST = ", 'pacing': {'mode': 'FAST'}";
    private static final String FOUR_BATCHES = request(", 'batch': {'slots': 1024}" + FAST);

    private ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    private static List<String> moves(int from, int to) {
        return IntStream.rangeClosed(from, to)
                .mapToObj(number -> "MoveBatch " + number)
                .toList();
    }

    private List<Integer> firsts() {
        return lab.fake.chains.stream().map(chain -> chain.first().number()).toList();
    }

    @Test
    void batches_follow_each_other_inside_an_activity_and_each_counts_as_ever() {
        // Nobody knows at first how long they take; then that 21 begin within 3 s. The last one is alone.
        lab.fake.chainedBatches = 20;
        lab.fake.batchTakes = Duration.ofMillis(150);
        WorkflowStub run = lab.start(request(FAST));

        ExpandResult result = lab.result(run);

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 41));
        assertThat(lab.fake.chains).extracting(BatchChain::size).containsExactly(41, 21);
        assertThat(firsts()).containsExactly(1, 21);
        assertThat(result.moved().batches()).isEqualTo(41);
        assertThat(result.moved().slots()).isEqualTo(4096);
        assertThat(result.moved().keys()).isEqualTo(40_960);
        assertThat(lab.status(run).batch()).isEqualTo(41);
        assertThat(lab.fake.cluster.slotCounts()).containsExactly(4096, 4096, 4096, 4096);
    }

    @Test
    void an_activity_is_given_as_many_batches_as_it_likely_gets_done() {
        lab.fake.chainedBatches = 2;
        lab.fake.batchTakes = Duration.ofSeconds(1);
        lab.result(lab.start(request(FAST)));

        assertThat(lab.fake.chains.get(0).size()).isEqualTo(41);
        assertThat(lab.fake.chains.subList(1, 10)).extracting(BatchChain::size).containsOnly(4);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 41));
    }

    @Test
    void batches_that_take_long_are_an_activity_each() {
        lab.fake.chainedBatches = 1;
        lab.fake.batchTakes = Duration.ofSeconds(20);
        lab.result(lab.start(FOUR_BATCHES));

        assertThat(firsts()).containsExactly(1);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 4));
    }

    @Test
    void forty_one_batches_take_fewer_than_two_events_each() {
        WorkflowStub none = lab.start(request(", 'batch': {'slots': 4096}" + FAST));
        lab.result(none);
        int alone = lab.history(none).getHistory().getEventsCount();
        lab.close();
        lab = new ExpandTestRun();
        lab.fake.chainedBatches = 10;
        lab.fake.batchTakes = Duration.ofMillis(100);
        WorkflowStub run = lab.start(request(FAST));
        lab.result(run);

        int chained = lab.history(run).getHistory().getEventsCount();

        assertThat((chained - alone) / 40.0).isLessThan(2);
    }

    @Test
    void the_summary_names_the_batches_that_the_activity_is_given() {
        WorkflowStub run = lab.start(request(FAST));
        lab.result(run);

        assertThat(lab.history(run).getHistory().getEventsList().stream()
                        .filter(event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
                        .map(ChainTest::summary))
                .anyMatch(summary -> summary.startsWith("\"batches 1 to 41 of 41: 136")
                        && summary.contains(" slots 10.0.0.1:7001 → 10.0.0.4:7004, 136"));
    }

    private static String summary(HistoryEvent event) {
        return event.getUserMetadata().getSummary().getData().toStringUtf8();
    }

    @Test
    void a_failure_in_the_middle_keeps_what_was_done_and_a_retry_goes_on_with_the_batch_that_failed() {
        NodeId node = SimulatedCluster.node(1).id();
        Known then = new Known("0123456789ab", 40, Processes.State.OPEN);
        lab.fake.before("MoveBatch 3", () -> lab.fake.seen = new Processes(Map.of(node, then)));
        lab.fake.fail("MoveBatch 3", FailureKind.MIGRATE_FAILED);
        WorkflowStub run = lab.start(FOUR_BATCHES);

        ExpandStatus halted = lab.await(run, RunState.HALTED);

        assertThat(halted.why()).isEqualTo("MoveBatch 3 failed");
        assertThat(halted.slotsMoved()).isEqualTo(2_048);
        assertThat(halted.keysMoved()).isEqualTo(20_480);
        assertThat(halted.batch()).isEqualTo(3);
        lab.command(run, "retry", "{}");
        ExpandResult result = lab.result(run);
        assertThat(lab.calls("MoveBatch"))
                .containsExactly("MoveBatch 1", "MoveBatch 2", "MoveBatch 3", "MoveBatch 3", "MoveBatch 4");
        assertThat(lab.fake.chains.get(1).first().known().of(node)).contains(then);
        assertThat(result.moved().batches()).isEqualTo(4);
        assertThat(result.moved().keys()).isEqualTo(40_960);
    }

    @Test
    void a_worker_that_stops_in_the_middle_is_followed_in_the_batch_in_hand() {
        AtomicBoolean stopped = new AtomicBoolean();
        lab.fake.before("MoveBatch 2", () -> {
            if (!stopped.getAndSet(true)) {
                lab.fake.stopWorkerAfter(100);
            }
        });

        ExpandResult result = lab.result(lab.start(FOUR_BATCHES));

        assertThat(firsts()).startsWith(1, 2);
        assertThat(result.moved().slots()).isEqualTo(4096);
        assertThat(lab.calls("MoveBatch")).endsWith("MoveBatch 2", "MoveBatch 3", "MoveBatch 4");
    }

    @Test
    void a_pause_is_heard_between_two_activities() {
        lab.fake.chainedBatches = 2;
        lab.fake.batchTakes = Duration.ofMillis(600);
        Runnable release = lab.fake.hold("MoveBatch 2");
        WorkflowStub run = lab.start(FOUR_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 2"));

        String next = lab.command(run, "pause", "{'by': 'ops'}").next();

        assertThat(next)
                .isEqualTo("the batch in hand and those that begin within 3 s are finished, then the run is paused;"
                        + " slotferry resume orders lets it go on");
        release.run();
        assertThat(lab.await(run, RunState.PAUSED).slotsMoved()).isEqualTo(2_048);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 2));
        lab.command(run, "resume", "{}");
        assertThat(lab.result(run).outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 4));
    }

    @Test
    void a_run_that_is_retuned_to_steady_moves_a_batch_an_activity_and_one_retuned_to_fast_several() {
        lab.fake.chainedBatches = 2;
        Runnable release = lab.fake.hold("MoveBatch 2");
        WorkflowStub run = lab.start(FOUR_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 2"));

        assertThat(lab.command(run, "retune", "{'pacing': {'mode': 'STEADY', 'pause': 'PT0S'}}")
                        .next())
                .endsWith("; the batch in hand and those that begin within 3 s are finished as they began, and the next"
                        + " one goes like this");
        release.run();
        lab.result(run);

        assertThat(lab.fake.orders)
                .extracting(BatchOrder::mode)
                .containsExactly(Mode.FAST, Mode.FAST, Mode.STEADY, Mode.STEADY);
        assertThat(firsts()).containsExactly(1);
    }

    @Test
    void a_cancel_ends_what_is_done_in_the_slot_in_hand() {
        lab.fake.linger("MoveBatch 2");
        WorkflowStub run = lab.start(FOUR_BATCHES);
        lab.await(run, status -> lab.fake.calls.contains("MoveBatch 2"));

        lab.command(run, "cancel", "{}");

        ExpandResult result = lab.result(run);
        assertThat(result.outcome()).isEqualTo(RunState.STOPPED);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 2));
        assertThat(result.moved().slots()).isEqualTo(1_029);
    }

    @Test
    void in_a_window_the_first_batch_is_measured_alone() {
        lab.close();
        lab = new ExpandTestRun(Instant.parse("2026-06-01T12:00:00Z"));
        lab.fake.batchTakes = Duration.ofSeconds(1);

        lab.result(lab.start(request(
                ", 'batch': {'slots': 1024}, 'window': {'from': '11:00', 'to': '13:00', 'zone': 'UTC'}" + FAST)));

        assertThat(firsts()).containsExactly(2);
        assertThat(lab.calls("MoveBatch")).isEqualTo(moves(1, 4));
        assertThat(lab.fake.chains.get(0).first().terms().notAfter()).contains(Instant.parse("2026-06-01T12:59:59Z"));
    }

    @Test
    void a_chain_is_the_same_after_history_and_takes_less_of_it_than_its_batches_would() throws Exception {
        lab.fake.seen = new Processes(
                Map.of(SimulatedCluster.node(1).id(), new Known("0123456789ab", 40, Processes.State.IDLE)));
        lab.fake.chainedBatches = 10;
        lab.fake.batchTakes = Duration.ofMillis(100);
        lab.result(lab.start(request(FAST)));
        BatchChain chain = lab.fake.chains.get(1);

        String json = SlotferryJson.mapper().writeValueAsString(chain);

        assertThat(SlotferryJson.mapper().readValue(json, BatchChain.class)).isEqualTo(chain);
        assertThat(chain.first().known().byNode()).isNotEmpty();
        assertThat(json.getBytes(StandardCharsets.UTF_8).length / chain.size()).isLessThan(200);
    }
}
