package io.slotferry.activities.preflight;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Collects the checks' answers, and holds failures against what the request accepts. */
final class Answers {
    private final Set<String> accept;
    private final Set<String> matched = new LinkedHashSet<>();
    private final List<CheckResult> results = new ArrayList<>();

    Answers(List<String> accept) {
        this.accept = new LinkedHashSet<>(accept);
    }

    void pass(CheckName check, Optional<NodeAddress> node, String evidence) {
        add(check, node, Verdict.PASS, evidence, "");
    }

    void warn(CheckName check, Optional<NodeAddress> node, String evidence, String remedy) {
        add(check, node, Verdict.WARN, evidence, remedy);
    }

    void fail(CheckName check, Optional<NodeAddress> node, String evidence, String remedy) {
        add(check, node, Verdict.FAIL, evidence, remedy);
    }

    void notApplicable(CheckName check, Optional<NodeAddress> node, String why) {
        add(check, node, Verdict.NOT_APPLICABLE, why, "");
    }

    /** Fails once for each evidence, or passes where there is none. */
    void failEach(CheckName check, List<String> evidence, String passed, String remedy) {
        evidence.forEach(line -> fail(check, Optional.empty(), line, remedy));
        if (evidence.isEmpty()) {
            pass(check, Optional.empty(), passed);
        }
    }

    private void add(CheckName check, Optional<NodeAddress> node, Verdict verdict, String evidence, String remedy) {
        results.add(new CheckResult(
                check.text(), node, verdict, evidence, remedy, verdict == Verdict.FAIL && accepted(check, node)));
    }

    private boolean accepted(CheckName check, Optional<NodeAddress> node) {
        if (!check.acceptable()) {
            return false;
        }
        boolean byName = accept.contains(check.text());
        Optional<String> subject =
                node.map(address -> check.text() + "@" + address).filter(accept::contains);
        if (byName) {
            matched.add(check.text());
        }
        subject.ifPresent(matched::add);
        return byName || subject.isPresent();
    }

    /** Whether a check failed, accepted or not. */
    boolean failed(CheckName check) {
        return results.stream()
                .anyMatch(result -> result.check().equals(check.text()) && result.verdict() == Verdict.FAIL);
    }

    PreflightReport report(List<NodeId> members) {
        List<String> unmatched = new ArrayList<>();
        for (String entry : accept) {
            if (!matched.contains(entry)) {
                unmatched.add(entry + why(entry));
            }
        }
        return new PreflightReport(results, unmatched, members);
    }

    private static String why(String entry) {
        Optional<CheckName> known = CheckName.parse(entry.replaceFirst("@.*", ""));
        if (known.isEmpty()) {
            return " (there is no such check)";
        }
        return known.get().acceptable() ? " (nothing of it failed)" : " (cannot be accepted)";
    }
}
