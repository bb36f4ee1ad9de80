package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.temporal.api.enums.v1.EventType;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.client.WorkflowStub;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HistoryTest {
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void a_batch_and_its_pause_take_twelve_events_at_most() {
        int few = events(request(", 'batch': {'slots': 2048}"));
        int batches = 41 - 2;
        lab.close();
        try (ExpandTestRun other = new ExpandTestRun()) {
            WorkflowStub run = other.start(request(""));
            other.result(run);
            int many = other.history(run).getHistory().getEventsCount();

            assertThat((many - few) / (double) batches).isLessThanOrEqualTo(12);
        }
    }

    @Test
    void every_activity_and_timer_has_a_summary_of_200_bytes_at_most() {
        WorkflowStub run = lab.start(request(""));
        lab.result(run);

        List<HistoryEvent> events = lab.history(run).getHistory().getEventsList();

        assertThat(events.stream()
                        .filter(event -> event.getEventType() == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
                                || event.getEventType() == EventType.EVENT_TYPE_TIMER_STARTED))
                .hasSizeGreaterThan(80)
                .allSatisfy(event -> assertThat(
                                event.getUserMetadata().getSummary().getData().size())
                        .isBetween(3, 202));
        assertThat(events.stream()
                        .map(event ->
                                event.getUserMetadata().getSummary().getData().toStringUtf8()))
                .anyMatch(summary -> summary.startsWith("\"batch 1/41: ")
                        && summary.contains(" slots 10.0.0.1:7001 → 10.0.0.4:7004"));
    }

    private int events(String request) {
        WorkflowStub run = lab.start(request);
        lab.result(run);
        return lab.history(run).getHistory().getEventsCount();
    }
}
