package io.slotferry.starter;

import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import java.util.ArrayList;
import java.util.List;

/** What {@code doctor} found, in the order in which a request goes; pure. */
final class DoctorText {
    private final PreflightText text;
    private final Style style;

    DoctorText(int width, Style style) {
        this.text = new PreflightText(width, style);
        this.style = style;
    }

    List<String> lines(List<CheckResult> checks) {
        List<String> lines = new ArrayList<>();
        checks.forEach(check -> lines.addAll(text.lines(check)));
        lines.add("");
        lines.add(end(checks));
        return lines;
    }

    private String end(List<CheckResult> checks) {
        long failed = count(checks, Verdict.FAIL);
        long warned = count(checks, Verdict.WARN);
        if (failed > 0) {
            return style.bad(Words.count(failed, "thing", "s") + " stand" + (failed == 1 ? "s" : "") + " in the way.");
        }
        return style.good("Nothing stands in the way")
                + (warned > 0 ? "; " + Words.count(warned, "warning", "s") + "." : ".");
    }

    private static long count(List<CheckResult> checks, Verdict verdict) {
        return checks.stream().filter(check -> check.verdict() == verdict).count();
    }
}
