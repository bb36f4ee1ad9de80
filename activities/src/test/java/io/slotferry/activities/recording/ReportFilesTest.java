package io.slotferry.activities.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.slotferry.workflows.contract.ValidationReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
    @TempDir
    Path folder;

    @Test
    void a_report_stands_as_markdown_and_as_the_same_json_that_history_holds() throws IOException {
        List<Path> files = new ReportFiles(folder.resolve("deep/reports")).write(result("expand-orders"));

        assertThat(files)
                .containsExactly(
                        folder.resolve("deep/reports/expand-orders-run-1.md"),
                        folder.resolve("deep/reports/expand-orders-run-1.json"));
        assertThat(Files.readString(files.get(0)))
                .contains("# orders: STOPPED", "2,000 of 4,096 slots in 20 of 41 batches, 500,000 keys, 10m 3s")
                .contains("| 10.0.0.1:7000 | aaaaaaaa | 4,096 | 250,000 | 10.0.0.2:7001 |")
                .contains("a node does not answer", "WARN latency@10.0.0.1:7000: 6 ms, limit 5 ms - look at SLOWLOG");
        assertThat(SlotferryJson.mapper().readValue(Files.readString(files.get(1)), ExpandResult.class))
                .isEqualTo(result("expand-orders"));
    }

    @Test
    void writing_again_replaces_the_files_and_leaves_nothing_beside_them() throws IOException {
        ReportFiles reports = new ReportFiles(folder);
        reports.write(result("expand-orders"));
        reports.write(result("expand-orders"));

        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void a_workflow_id_from_the_web_ui_cannot_leave_the_folder() {
        assertThat(new ReportFiles(folder)
                        .write(result("../../etc/passwd"))
                        .get(0)
                        .getParent())
                .isEqualTo(folder);
        assertThat(WholeFile.safe("../../etc/passwd")).isEqualTo("_._.._etc_passwd");
        assertThat(WholeFile.safe("x".repeat(1_000))).hasSize(150);
    }

    @Test
    void a_folder_that_cannot_be_written_is_named_with_what_to_do() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> new ReportFiles(file.resolve("reports")).write(result("expand-orders")))
                .hasMessageContaining("The report could not be written below " + file.resolve("reports"))
                .hasMessageContaining("Next: make room or start the worker with --reports-dir");
    }

    @Test
    void reports_go_below_the_state_folder_of_the_user() {
        assertThat(RecordingActivities.defaultReportFolder(Map.of("XDG_STATE_HOME", "/state")))
                .isEqualTo(Path.of("/state/slotferry/reports"));
        assertThat(RecordingActivities.defaultReportFolder(Map.of()))
                .isEqualTo(Path.of(System.getProperty("user.home"), ".local/state/slotferry/reports"));
    }

    private static ExpandResult result(String workflowId) {
        NodeAddress master = NodeAddress.parse("10.0.0.1:7000");
        CheckResult latency = new CheckResult(
                "latency", Optional.of(master), CheckResult.Verdict.WARN, "6 ms, limit 5 ms", "look at SLOWLOG", false);
        return new ExpandResult(
                workflowId,
                "run-1",
                "orders",
                RunState.STOPPED,
                false,
                Optional.of(new Halt(
                        FailureKind.NODE_UNREACHABLE,
                        "10.0.0.1:7000: a node does not answer",
                        List.of("connect timed out"),
                        "slotferry expand")),
                "f".repeat(64),
                "2 masters join",
                new PreflightReport(List.of(latency), List.of()),
                new ExpandResult.Moved(20, 41, 2_000, 4_096, 500_000, 1_000, Duration.ofSeconds(603)),
                Optional.of(new ExpandResult.Moved(3, 20, 300, 2_000, 75_000, 150, Duration.ofSeconds(90))),
                Optional.of(new ValidationReport(
                        List.of(),
                        List.of(new ValidationReport.ShardSummary(
                                new NodeId("a".repeat(40)),
                                master,
                                4_096,
                                250_000,
                                List.of(NodeAddress.parse("10.0.0.2:7001")))))),
                List.of("one warning"),
                List.of(new ExpandResult.Note(Instant.parse("2026-01-01T02:00:00Z"), "approved by you")),
                Instant.parse("2026-01-01T01:00:00Z"),
                Instant.parse("2026-01-01T02:00:00Z"),
                "slotferry expand goes on",
                Optional.empty(),
                true,
                Optional.of("40 batches ended at 5.0 % to 100 % of full speed, slowed down 3 times"));
    }
}
