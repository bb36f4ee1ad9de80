package io.slotferry.workflows.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;

class ExpandStatusTest {
    @Test
    void a_status_of_an_earlier_release_is_read() throws JsonProcessingException {
        ExpandStatus status = SlotferryJson.mapper().readValue("""
                        {"workflowId": "expand-orders", "runId": "1", "cluster": "orders", "state": "RUNNING",
                         "phase": "RESHARD", "why": "batch 2", "fingerprint": "ab", "planText": "", "batch": 2,
                         "batches": 41, "slotsMoved": 100, "slots": 4096, "keysMoved": 10, "keysExpected": 400,
                         "legal": ["PAUSE"], "warnings": [], "trail": [], "startedAt": "2026-01-02T01:00:00Z"}
                        """, ExpandStatus.class);

        assertThat(status.keysMoved()).isEqualTo(10);
        assertThat(status.bytesMoved()).isZero();
        assertThat(status.migration()).isEmpty();
        assertThat(status.tuning()).isEmpty();
        assertThat(status.keysPerSecond()).isEmpty();
    }
}
