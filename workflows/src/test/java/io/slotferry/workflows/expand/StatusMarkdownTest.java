package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.RunState;
import io.temporal.api.enums.v1.EventType;
import io.temporal.client.WorkflowStub;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StatusMarkdownTest {
    @Test
    void a_run_that_is_paused_says_why_how_fast_it_goes_what_can_be_done_and_what_came_last() {
        try (ExpandTestRun lab = new ExpandTestRun(Instant.parse("2026-06-01T12:00:00Z"))) {
            WorkflowStub run =
                    lab.start(request(", 'batch': {'slots': 1366}, 'pacing': {'mode': 'STEADY', 'pause': 'PT1H'},"
                            + " 'window': {'from': '11:00', 'to': '23:00', 'zone': 'UTC'}"));
            lab.awaitEvent(run, EventType.EVENT_TYPE_TIMER_STARTED);
            lab.command(run, "pause", "{'by': 'ops', 'why': 'a release'}");

            String text = StatusMarkdown.of(lab.await(run, RunState.PAUSED));

            assertThat(text)
                    .contains(
                            "**PAUSED** in phase *reshard*: paused by ops: a release; until resume",
                            "| 1 of 3 | 1,366 of 4,096 |",
                            " | 1.3 MB | ",
                            " keys/s while batches move, about 1 h",
                            "Goes: STEADY, pause PT1H, 4 lanes, window 11:00-23:00 UTC; slots move key by key",
                            "Latency: mean 0.21 ms, p99 0.60 ms between batches; at first 0.21 ms, 0.60 ms",
                            "Can be done now: `resume`, `retune`, `rollback`, `stop-here`, `cancel`",
                            "2026-06-01T12:00:0")
                    .contains("pause by ops: a release");
        }
    }
}
