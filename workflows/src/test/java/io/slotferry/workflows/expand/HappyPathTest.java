package io.slotferry.workflows.expand;

import static io.slotferry.workflows.expand.ExpandTestRun.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.RunState;
import io.temporal.client.WorkflowStub;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HappyPathTest {
    private final ExpandTestRun lab = new ExpandTestRun();

    @AfterEach
    void close() {
        lab.close();
    }

    @Test
    void three_shards_become_four_in_41_batches_and_every_phase_comes_in_its_order() {
        WorkflowStub run = lab.start(request(""));

        ExpandResult result = lab.result(run);

        assertThat(result.outcome()).isEqualTo(RunState.COMPLETED);
        assertThat(result.moved().batches()).isEqualTo(41);
        assertThat(result.moved().slots()).isEqualTo(4096);
        assertThat(lab.fake.cluster.slotCounts()).containsExactly(4096, 4096, 4096, 4096);
        List<String> expected = new ArrayList<>(List.of(
                "UsableSearchAttributes",
                "Preflight",
                "ScanBigKeys",
                "MakePlan",
                "FindLeaseHolder",
                "MakePlan",
                "ReadSettings",
                "WriteRecord",
                "ApplySetting no",
                "AddNodes [7004]"));
        for (int i = 1; i <= 41; i++) {
            expected.add("MoveBatch " + i);
        }
        expected.addAll(
                List.of("AttachReplicas [7014]", "RestoreSettings", "Validate BALANCED attached=true", "WriteReport"));
        assertThat(lab.fake.calls).containsExactlyElementsOf(expected);
    }
}
