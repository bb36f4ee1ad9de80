package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.planning.Member;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.PacingState;
import io.slotferry.workflows.contract.PacingState.Baseline;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.client.WorkflowStub;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a run makes of what its batches learn in pacing ADAPTIVE. */
final class PacingTest {
    private static final String ADAPTIVE =
            request(", 'batch': {'slots': 1366}, 'pacing': {'mode': 'ADAPTIVE', 'pause': 'PT1H', 'latencyBudget': 15}");
    private static final Baseline BASELINE = new Baseline(61, 140, 75, 210);

    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    private PacingState learning(PacingState before, int speed, int pauseShare, int slowdowns) {
        Member end = lab.fake.orders.get(0).moves().get(0).target().get(0);
        PacingState after = new PacingState(before.baselines(), speed, 0, pauseShare, slowdowns, before.trend());
        return before.baselines().isEmpty() ? after.with(end.id(), BASELINE) : after;
    }

    @Test
    void every_batch_begins_with_the_baselines_and_the_speed_that_the_one_before_ended_with() {
        lab.fake.learning = state -> learning(state, 70, 50, 0);
        lab.result(lab.start(ADAPTIVE));

        List<BatchOrder> orders = lab.fake.orders;
        assertThat(orders.get(0).adaptive()).contains(new BatchOrder.Adaptive(15, PacingState.FIRST));
        Member end = orders.get(0).moves().get(0).target().get(0);
        assertThat(orders.subList(1, 3)).allSatisfy(order -> {
            PacingState state = order.adaptive().orElseThrow().state();
            assertThat(state.speed()).isEqualTo(70);
            assertThat(state.baseline(end.id())).contains(BASELINE);
        });
    }

    @Test
    void pauses_shrink_as_batches_say_and_the_report_tells_how_it_went() {
        lab.fake.learning = state -> learning(state, state.pauseShare() == 100 ? 70 : 35, state.pauseShare() / 2, 1);
        WorkflowStub run = lab.start(ADAPTIVE);
        ExpandResult result = lab.result(run);

        Duration reshard = result.moved().reshard();
        assertThat(reshard).isBetween(Duration.ofMinutes(45), Duration.ofMinutes(50));
        assertThat(result.trail())
                .extracting(ExpandResult.Note::what)
                .filteredOn(what -> what.contains("slowed down"))
                .containsExactly("batch 1 was slowed down; ADAPTIVE: 70 % of full speed");
        assertThat(result.pacing())
                .contains(
                        "3 batches ended at 35 % to 70 % of full speed, slowed down 3 times; at last ADAPTIVE: 35 % of"
                                + " full speed");
        assertThat(lab.status(run).pacing()).contains("ADAPTIVE: 35 % of full speed");
    }

    @Test
    void what_clients_feel_stands_beside_what_they_felt_before_the_first_batch() {
        WorkflowStub run = lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'pause': 'PT1S'}"));
        lab.result(run);

        assertThat(lab.status(run).latency()).contains(new ClientLatency(230, 800, 210, 600, false));
    }

    @Test
    void an_order_with_its_baselines_is_the_same_after_history_and_small() throws JsonProcessingException {
        lab.fake.learning = state -> learning(state, 70, 50, 0);
        lab.result(lab.start(ADAPTIVE));
        BatchOrder order = lab.fake.orders.get(1);

        String json = SlotferryJson.mapper().writeValueAsString(order);

        assertThat(SlotferryJson.mapper().readValue(json, BatchOrder.class)).isEqualTo(order);
        assertThat(json).contains("\"61 140 75 210\"");
    }
}
