package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClusterQuestionTest {
    private static final CheckResult ANSWERS = check("cluster-reachable", Verdict.PASS, "6 nodes answer", "");

    @Test
    void a_cluster_that_answers_is_told_with_the_credentials_that_were_found() throws Exception {
        List<CheckResult> answers = ClusterQuestion.answers(request(", \"credentials\": \"orders\""), report(ANSWERS));

        assertThat(answers).extracting(CheckResult::check).containsExactly("credentials", "cluster", "checks");
        assertThat(answers).extracting(CheckResult::verdict).containsOnly(Verdict.PASS);
        assertThat(answers)
                .extracting(CheckResult::evidence)
                .containsExactly(
                        "\"orders\" found by the worker",
                        "6 nodes answer, seen from the worker",
                        "1 answer of preflight, nothing amiss");
    }

    @Test
    void a_cluster_that_does_not_answer_fails_with_the_remedy_of_its_check() throws Exception {
        List<CheckResult> answers = ClusterQuestion.answers(
                request(""),
                report(check("cluster-reachable", Verdict.FAIL, "10.0.0.1:7000 does not answer", "start it")));

        assertThat(answers)
                .extracting(CheckResult::verdict)
                .containsExactly(Verdict.NOT_APPLICABLE, Verdict.FAIL, Verdict.FAIL);
        assertThat(answers.get(1).evidence()).isEqualTo("seen from the worker: 10.0.0.1:7000 does not answer");
        assertThat(answers.get(1).remedy()).isEqualTo("start it");
        assertThat(Diagnosis.exit(answers)).isEqualTo(ExitCode.REFUSED);
    }

    @Test
    void of_much_that_is_amiss_what_stands_in_the_way_is_named_first_and_the_rest_is_counted() throws Exception {
        CheckResult[] checks = new CheckResult[8];
        checks[0] = ANSWERS;
        for (int i = 1; i < 7; i++) {
            checks[i] = check("warned-" + i, Verdict.WARN, "a little", "");
        }
        checks[7] = check("failed", Verdict.FAIL, "much", "mend it");

        CheckResult last = ClusterQuestion.answers(request(""), report(checks)).get(2);

        assertThat(last.verdict()).isEqualTo(Verdict.FAIL);
        assertThat(last.evidence())
                .isEqualTo("8 answers of preflight; amiss: failed, warned-1, warned-2, warned-3, warned-4 and 2 more");
    }

    private static ExpandRequest request(String more) throws Exception {
        return RequestReader.read(SlotferryJson.mapper()
                .readTree("{\"cluster\": {\"name\": \"orders\", \"seeds\": [\"10.0.0.1:7000\"]" + more
                        + "}, \"backup\": \"none\", \"stopAfter\": \"CHECKS\"}"));
    }

    private static PreflightReport report(CheckResult... checks) {
        return new PreflightReport(List.of(checks), List.of());
    }

    private static CheckResult check(String name, Verdict verdict, String evidence, String remedy) {
        return new CheckResult(name, Optional.empty(), verdict, evidence, remedy, false);
    }
}
