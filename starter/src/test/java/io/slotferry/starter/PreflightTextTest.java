package io.slotferry.starter;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreflightTextTest {
    private static final PreflightReport REPORT = new PreflightReport(
            List.of(
                    new CheckResult("coverage", Optional.empty(), Verdict.PASS, "all slots have an owner", "", false),
                    new CheckResult(
                            "load-network",
                            Optional.empty(),
                            Verdict.NOT_APPLICABLE,
                            "no capacity is stated",
                            "",
                            false),
                    new CheckResult(
                            "slot-log",
                            Optional.of(Samples.node(1, 7000)),
                            Verdict.WARN,
                            "3 commands of the last hour took 20 ms or longer, the worst SMEMBERS with 340 ms",
                            "SLOWLOG GET there",
                            false),
                    new CheckResult(
                            "master-without-replica",
                            Optional.of(Samples.node(2, 7000)),
                            Verdict.FAIL,
                            "it has none",
                            "add one",
                            true),
                    new CheckResult(
                            "config-parity",
                            Optional.of(Samples.node(4, 7000)),
                            Verdict.FAIL,
                            "maxmemory-policy is allkeys-lru and noeviction in the cluster " + "x".repeat(100),
                            "CONFIG SET maxmemory-policy noeviction on 10.0.0.4:7000, then CONFIG REWRITE, so that it"
                                    + " holds after a restart",
                            false)),
            List.of("latncy (there is no such check)"));

    @Test
    void the_worst_comes_first_and_what_passed_is_counted() {
        assertThat(String.join("\n", new PreflightText(80, Style.PLAIN).lines(REPORT, false)))
                .isEqualTo("""
                        FAIL      config-parity@10.0.0.4:7000
                                  maxmemory-policy is allkeys-lru and noeviction in the cluster
                                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                                  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                                  -> CONFIG SET maxmemory-policy noeviction on 10.0.0.4:7000, then
                                     CONFIG REWRITE, so that it holds after a restart
                        ACCEPTED  master-without-replica@10.0.0.2:7000
                                  it has none
                                  -> add one
                        WARN      slot-log@10.0.0.1:7000
                                  3 commands of the last hour took 20 ms or longer, the worst SMEMBERS
                                  with 340 ms
                                  -> SLOWLOG GET there
                        N/A       load-network
                                  no capacity is stated
                        WARN      accept
                                  no check answered to latncy (there is no such check)
                                  -> take it out, or correct it

                        Preflight failed: 1 failed, 1 accepted, 1 warned, 1 not applicable, 1 passed""");
    }

    @Test
    void what_passed_is_shown_where_it_was_asked_for() {
        assertThat(new PreflightText(80, Style.PLAIN).lines(REPORT, true))
                .containsSequence("PASS      coverage", "          all slots have an owner");
    }
}
