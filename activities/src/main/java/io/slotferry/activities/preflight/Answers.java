package io.slotferry.activities.preflight;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Collects the checks' answers, and holds failures against what the request accepts. */
final class Answers {
    private static final int MOST_OF_A_KIND = 10;
    private static final int MOST_CHARACTERS = 1_000;

    private final Set<String> accept;
    private final Set<String> matched = new LinkedHashSet<>();
    private final List<CheckResult> results = new ArrayList<>();

    Answers(List<String> accept) {
        this.accept = new LinkedHashSet<>(accept);
        // Whether it is needed shows when the plan is made.
        this.accept.remove(CheckName.BIG_KEYS.text());
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

    /** Passes a check that has nothing against any node. */
    void passUnlessSaid(CheckName check, String evidence) {
        if (results.stream().noneMatch(result -> result.check().equals(check.text()))) {
            pass(check, Optional.empty(), evidence);
        }
    }

    private void add(CheckName check, Optional<NodeAddress> node, Verdict verdict, String evidence, String remedy) {
        results.add(new CheckResult(
                check.text(),
                node,
                verdict,
                cut(evidence),
                cut(remedy),
                verdict == Verdict.FAIL && accepted(check, node)));
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
        return new PreflightReport(bounded(), unmatched, members);
    }

    /** A report travels through histories, so that it must not grow with the cluster: passes are one line, others a few. */
    private List<CheckResult> bounded() {
        record Kind(String check, Verdict verdict, boolean accepted) {}
        Map<Kind, List<CheckResult>> byKind = new LinkedHashMap<>();
        results.forEach(result -> byKind.computeIfAbsent(
                        new Kind(result.check(), result.verdict(), result.accepted()), kind -> new ArrayList<>())
                .add(result));
        List<CheckResult> bounded = new ArrayList<>();
        byKind.forEach((kind, some) -> {
            if (kind.verdict() == Verdict.PASS) {
                bounded.add(
                        some.size() == 1
                                ? some.get(0)
                                : together(
                                        some,
                                        failed(CheckName.parse(kind.check()).orElseThrow())));
            } else {
                bounded.addAll(some.subList(0, Math.min(some.size(), MOST_OF_A_KIND)));
                if (some.size() > MOST_OF_A_KIND) {
                    bounded.add(more(some.get(MOST_OF_A_KIND), some.size() - MOST_OF_A_KIND));
                }
            }
        });
        return bounded;
    }

    private static CheckResult together(List<CheckResult> passed, boolean othersFailed) {
        CheckResult first = passed.get(0);
        boolean same = passed.stream().allMatch(result -> result.evidence().equals(first.evidence()));
        String nodes = othersFailed ? passed.size() + " other nodes" : "all " + passed.size() + " nodes";
        String evidence = same
                ? nodes + ": " + first.evidence()
                : nodes + "; " + first.node().map(node -> node + ": ").orElse("") + first.evidence();
        return new CheckResult(first.check(), Optional.empty(), Verdict.PASS, evidence, "", false);
    }

    private static CheckResult more(CheckResult next, int more) {
        return new CheckResult(
                next.check(),
                Optional.empty(),
                next.verdict(),
                "and " + more + " more like these",
                next.remedy(),
                next.accepted());
    }

    private static String cut(String text) {
        return text.length() <= MOST_CHARACTERS ? text : text.substring(0, MOST_CHARACTERS) + " …";
    }

    private static String why(String entry) {
        Optional<CheckName> known = CheckName.parse(entry.replaceFirst("@.*", ""));
        if (known.isEmpty()) {
            return " (there is no such check)";
        }
        return known.get().acceptable() ? " (nothing of it failed)" : " (cannot be accepted)";
    }
}
