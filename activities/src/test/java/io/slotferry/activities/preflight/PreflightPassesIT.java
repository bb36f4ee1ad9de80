package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;

/** A cluster with which nothing is amiss, on every server. */
@Execution(ExecutionMode.CONCURRENT)
class PreflightPassesIT {
    @ParameterizedTest
    @MethodSource("io.slotferry.servers.WantedServer#all")
    void every_check_passes_on_a_sound_cluster_and_fit_new_nodes(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (PreflightStage stage = new PreflightStage(LocalCluster.builder(server)
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .start())) {
            stage.newMaster(stage.cluster().startSpare("127.0.0.4"))
                    .newMaster(stage.cluster().startSpare("127.0.0.5"))
                    .newReplica(stage.cluster().startSpare("127.0.0.4"));

            PreflightReport report = stage.report();

            assertThat(stage.amiss(report)).isEmpty();
            assertThat(report.results())
                    .extracting(CheckResult::check)
                    .as("one line for each check: passes do not grow with the cluster")
                    .containsExactlyInAnyOrderElementsOf(Arrays.stream(CheckName.values())
                            // Answered by the scan that follows.
                            .filter(check -> check != CheckName.BIG_KEYS)
                            .map(CheckName::text)
                            .collect(Collectors.toList()));
            assertThat(report.results()).allMatch(result -> result.verdict() == Verdict.PASS);
            assertThat(report.passed()).isTrue();
        }
    }
}
