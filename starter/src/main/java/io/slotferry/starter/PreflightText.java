package io.slotferry.starter;

import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.PreflightReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** The whole of a preflight report as a table, the worst first; pure. */
final class PreflightText {
    private static final String INDENT = "          ";

    private final int width;
    private final Style style;

    PreflightText(int width, Style style) {
        this.width = width;
        this.style = style;
    }

    /** How bad it is; the order is that of the table. */
    private enum Grade {
        FAIL,
        ACCEPTED,
        WARN,
        N_A,
        PASS;

        static Grade of(CheckResult check) {
            return switch (check.verdict()) {
                case FAIL -> check.accepted() ? ACCEPTED : FAIL;
                case WARN -> WARN;
                case NOT_APPLICABLE -> N_A;
                case PASS -> PASS;
            };
        }

        String word() {
            return this == N_A ? "N/A" : name();
        }
    }

    /**
     * A line for each answer with its evidence and remedy below, and the counts at the end.
     *
     * @param all whether what passed has lines of its own
     */
    List<String> lines(PreflightReport report, boolean all) {
        List<CheckResult> shown = report.results().stream()
                .filter(check -> all || check.verdict() != Verdict.PASS)
                .sorted(Comparator.comparing(Grade::of))
                .toList();
        List<String> lines = new ArrayList<>();
        shown.forEach(check -> lines.addAll(lines(check)));
        report.unmatched()
                .forEach(entry -> lines.addAll(wrapped(
                        style.warning(padded("WARN")) + "accept",
                        "no check answered to " + entry,
                        "take it out, or correct it")));
        if (!lines.isEmpty()) {
            lines.add("");
        }
        lines.add(counts(report));
        return lines;
    }

    /** One answer, with its evidence and remedy below. */
    List<String> lines(CheckResult check) {
        Grade grade = Grade.of(check);
        String word = padded(grade.word());
        String coloured =
                switch (grade) {
                    case FAIL -> style.bad(word);
                    case ACCEPTED, WARN -> style.warning(word);
                    case N_A -> word;
                    case PASS -> style.good(word);
                };
        return wrapped(coloured + check.subject(), check.evidence(), check.remedy());
    }

    private static String padded(String word) {
        return word + " ".repeat(INDENT.length() - word.length());
    }

    private List<String> wrapped(String heading, String evidence, String remedy) {
        List<String> lines = new ArrayList<>();
        lines.add(heading);
        lines.addAll(wrap(evidence, ""));
        if (!remedy.isEmpty()) {
            lines.addAll(wrap("-> " + remedy, "   "));
        }
        return lines;
    }

    /** Broken at blanks; a word that is longer than a line is broken where the line ends. */
    private List<String> wrap(String text, String hanging) {
        int room = Math.max(20, width - INDENT.length());
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split("\\s+")) {
            String rest = word;
            while (!rest.isEmpty()) {
                boolean first = line.length() == 0 || line.toString().equals(hanging);
                int needed = line.length() + (first ? 0 : 1) + rest.length();
                if (needed <= room) {
                    line.append(first ? "" : " ").append(rest);
                    rest = "";
                } else if (first) {
                    int fits = room - line.length();
                    line.append(rest, 0, fits);
                    rest = rest.substring(fits);
                    flush(lines, line, hanging);
                } else {
                    flush(lines, line, hanging);
                }
            }
        }
        if (line.length() > 0 && !line.toString().equals(hanging)) {
            lines.add(INDENT + line);
        }
        return lines;
    }

    private static void flush(List<String> lines, StringBuilder line, String hanging) {
        lines.add(INDENT + line);
        line.setLength(0);
        line.append(hanging);
    }

    private String counts(PreflightReport report) {
        String counts = java.util.Arrays.stream(Grade.values())
                .map(grade -> count(report, grade))
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(", "));
        return (report.passed() ? style.good("Preflight passed") : style.bad("Preflight failed")) + ": " + counts;
    }

    private static String count(PreflightReport report, Grade grade) {
        long number = report.results().stream()
                .filter(check -> Grade.of(check) == grade)
                .count();
        String what =
                switch (grade) {
                    case FAIL -> "failed";
                    case ACCEPTED -> "accepted";
                    case WARN -> "warned";
                    case N_A -> "not applicable";
                    case PASS -> "passed";
                };
        return number == 0 ? "" : Words.count(number) + " " + what;
    }
}
