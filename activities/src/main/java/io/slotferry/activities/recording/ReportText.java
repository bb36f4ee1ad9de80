package io.slotferry.activities.recording;

import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.ValidationReport;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The report of a run in Markdown. */
final class ReportText {
    private ReportText() {}

    static String markdown(ExpandResult result) {
        StringBuilder text = new StringBuilder();
        text.append("# ").append(result.cluster()).append(": ").append(result.outcome());
        text.append(result.nothingToDo() ? ", nothing was to be done\n\n" : "\n\n");
        text.append("- Run: `")
                .append(result.workflowId())
                .append("` (`")
                .append(result.runId())
                .append("`)\n");
        text.append("- From ").append(result.startedAt()).append(" to ").append(result.endedAt());
        text.append(", ").append(span(Duration.between(result.startedAt(), result.endedAt())));
        text.append('\n');
        moved(text, "Moved", result.moved());
        backup(text, result);
        result.returned().ifPresent(returned -> moved(text, "Returned", returned));
        result.pacing()
                .ifPresent(pacing -> text.append("- Pacing: ").append(pacing).append('\n'));
        if (!result.next().isEmpty()) {
            text.append("- Next: ").append(result.next()).append('\n');
        }
        result.halt().ifPresent(halt -> halt(text, halt));
        result.validation().ifPresent(validation -> validation(text, validation));
        list(text, "Warnings", result.warnings());
        checks(text, "Preflight", result.preflight().results());
        list(
                text,
                "Trail",
                result.trail().stream()
                        .map(note -> note.at().truncatedTo(ChronoUnit.SECONDS) + " " + note.what())
                        .toList());
        if (!result.planText().isEmpty()) {
            text.append("\n## Plan\n\nFingerprint `").append(result.fingerprint());
            text.append("`\n\n").append(fenced(result.planText()));
        }
        return text.toString();
    }

    private static void backup(StringBuilder text, ExpandResult result) {
        if (result.withoutBackup()) {
            text.append("- Backup: **NONE**, as the request said\n");
        }
        result.backup()
                .ifPresent(backup -> text.append(String.format(
                        Locale.ROOT,
                        "- Backup: `%s`, %,d files, %,d bytes, begun %s%s\n",
                        backup.place(),
                        backup.parts().size(),
                        backup.bytes(),
                        backup.begun().truncatedTo(ChronoUnit.SECONDS),
                        backup.loaded() ? ", each loaded by a server" : "")));
    }

    private static void moved(StringBuilder text, String what, ExpandResult.Moved moved) {
        text.append(String.format(
                Locale.ROOT,
                "- %s: %,d of %,d slots in %,d of %,d batches, %,d keys, %s\n",
                what,
                moved.slots(),
                moved.slotsPlanned(),
                moved.batches(),
                moved.batchesPlanned(),
                moved.keys(),
                span(moved.reshard())));
    }

    private static void halt(StringBuilder text, Halt halt) {
        text.append("\n## Why it ended so\n\n").append(fenced(halt.text()));
    }

    private static void validation(StringBuilder text, ValidationReport validation) {
        text.append(
                "\n## Shards afterwards\n\n| Master | Node ID | Slots | Keys | Replicas |\n|---|---|--:|--:|---|\n");
        for (ValidationReport.ShardSummary shard : validation.shards()) {
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,d | %,d | %s |\n",
                    shard.address(),
                    shard.master().brief(),
                    shard.slots(),
                    shard.keys(),
                    shard.replicas().stream().map(NodeAddress::toString).collect(Collectors.joining(", "))));
        }
        checks(text, "Validation", validation.checks());
    }

    private static void checks(StringBuilder text, String heading, List<CheckResult> checks) {
        list(
                text,
                heading,
                checks.stream()
                        .map(check -> check.verdict() + " " + check.subject() + ": " + check.evidence()
                                + (check.accepted() ? " (accepted)" : "")
                                + (check.remedy().isEmpty() ? "" : " - " + check.remedy()))
                        .toList());
    }

    private static void list(StringBuilder text, String heading, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append("\n## ").append(heading).append("\n\n");
            lines.forEach(
                    line -> text.append("- ").append(line.replace("\n", "\n  ")).append('\n'));
        }
    }

    private static String fenced(String block) {
        return "```text\n" + block.stripTrailing() + "\n```\n";
    }

    private static String span(Duration duration) {
        return duration.truncatedTo(ChronoUnit.SECONDS)
                .toString()
                .substring(2)
                .replaceAll("(?<=[HM])(?=.)", " ")
                .toLowerCase(Locale.ROOT);
    }
}
