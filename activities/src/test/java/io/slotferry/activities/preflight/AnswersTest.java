package io.slotferry.activities.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static Optional<NodeAddress> node(int number) {
        return Optional.of(new NodeAddress("10.0." + number / 250 + "." + number % 250, 7000));
    }

    @Test
    void what_a_thousand_nodes_pass_is_one_line() {
        Answers answers = new Answers(List.of());
        IntStream.range(0, 1_000).forEach(i -> answers.pass(CheckName.CONFIG_PARITY, node(i), "it is theirs"));

        assertThat(answers.report(List.of()).results())
                .extracting(CheckResult::evidence)
                .containsExactly("all 1000 nodes: it is theirs");
    }

    @Test
    void a_report_of_a_thousand_nodes_that_all_fail_in_everything_stays_small() throws JsonProcessingException {
        Answers answers = new Answers(List.of("config-parity@10.0.3.7:7000"));
        for (CheckName check : CheckName.values()) {
            IntStream.range(0, 1_000).forEach(i -> answers.fail(check, node(i), "x".repeat(5_000), "y".repeat(300)));
        }

        PreflightReport report = answers.report(List.of());

        assertThat(report.passed()).isFalse();
        assertThat(report.unmatched()).isEmpty();
        assertThat(report.results().stream().filter(CheckResult::accepted))
                .extracting(CheckResult::subject)
                .containsExactly("config-parity@10.0.3.7:7000");
        assertThat(report.results()).anyMatch(result -> result.evidence().equals("and 990 more like these"));
        assertThat(SlotferryJson.mapper().writeValueAsBytes(report).length)
                .as("Temporal takes payloads of 2 MiB")
                .isLessThan(1_000_000);
    }

    @Test
    void what_cannot_be_accepted_stays_a_failure_and_the_entry_is_reported() {
        Answers answers = new Answers(List.of("coverage", "quorum", "no-such-check"));
        answers.fail(CheckName.COVERAGE, Optional.empty(), "slot 7 has no owner", "give it one");
        answers.pass(CheckName.QUORUM, Optional.empty(), "3 of 3");

        PreflightReport report = answers.report(List.of());

        assertThat(report.passed()).isFalse();
        assertThat(report.unmatched())
                .containsExactly(
                        "coverage (cannot be accepted)",
                        "quorum (nothing of it failed)",
                        "no-such-check (there is no such check)");
    }
}
