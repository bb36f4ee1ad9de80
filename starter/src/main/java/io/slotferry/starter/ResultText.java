package io.slotferry.starter;

import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.PlannedShard;
import io.slotferry.workflows.contract.CheckResult;
import io.slotferry.workflows.contract.CheckResult.Verdict;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.PreflightReport;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.ValidationReport;
import io.slotferry.workflows.contract.ValidationReport.ShardSummary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a run ended, and what preflight found, as text; pure. */
final class ResultText {
    /** How a run notes in its trail where the report was written. */
    private static final String REPORT = "report: ";

    private final int width;
    private final Style style;

    ResultText(int width, Style style) {
        this.width = width;
        this.style = style;
    }

    /**
     * The summary of a closed run.
     *
     * @param plan for the slots before; empty where it is not known any more
     */
    List<String> ending(Ending ending, Optional<Plan> plan) {
        List<String> lines = new ArrayList<>();
        ending.result().ifPresent(result -> {
            lines.add(heading(result));
            if (result.moved().slotsPlanned() > 0 && !result.rehearsed()) {
                lines.addAll(moved(result.moved()));
            }
            lines.addAll(backup(result));
            result.returned()
                    .ifPresent(returned -> lines.add("Returned " + Words.count(returned.slots()) + " of "
                            + Words.count(returned.slotsPlanned(), "slot", "s") + " in "
                            + Words.count(returned.batches(), "batch", "es") + ", with "
                            + Words.count(returned.keys(), "key", "s")));
            result.validation().ifPresent(validation -> {
                lines.add("");
                lines.addAll(shards(validation, plan));
                List<CheckResult> open = validation.checks().stream()
                        .filter(check -> check.verdict() != Verdict.PASS && check.verdict() != Verdict.NOT_APPLICABLE)
                        .toList();
                lines.addAll(checks(open));
            });
            result.warnings().forEach(warning -> lines.add(style.warning("Warning: ") + warning));
        });
        ending.halt().ifPresent(halt -> {
            lines.add("");
            lines.addAll(List.of(halt.text().split("\n")));
        });
        ending.result()
                .map(ExpandResult::next)
                .filter(next -> ending.exit() != ExitCode.OK && ending.halt().isEmpty())
                .ifPresent(next -> lines.add("Next: " + next));
        ending.result().map(ExpandResult::trail).orElse(List.of()).stream()
                .map(ExpandResult.Note::what)
                .filter(what -> what.matches(REPORT + ".+\\.(md|json)"))
                .forEach(what -> lines.add("Report on the worker: " + what.substring(REPORT.length())));
        return lines;
    }

    /** What preflight found, without what passed. */
    List<String> preflight(PreflightReport report) {
        List<String> lines = new ArrayList<>();
        long passed = report.results().stream()
                .filter(check -> check.verdict() == Verdict.PASS)
                .count();
        long failed = report.results().stream().filter(CheckResult::blocks).count();
        lines.add("Preflight: " + Words.count(passed, "check", "s") + " passed"
                + (failed == 0 ? "" : ", " + style.bad(Words.count(failed) + " failed")));
        lines.addAll(checks(report.results().stream()
                .filter(check -> check.verdict() == Verdict.FAIL || check.verdict() == Verdict.WARN)
                .toList()));
        report.unmatched()
                .forEach(entry -> lines.add(style.warning("  WARN  ") + "accept: no check answered to " + entry));
        return lines;
    }

    private String heading(ExpandResult result) {
        RunState outcome = result.outcome();
        if (result.rehearsed()) {
            return result.cluster() + ": " + result.next();
        }
        String word = outcome == RunState.COMPLETED ? style.good(outcome.name()) : style.bad(outcome.name());
        String span = Words.span(Duration.between(result.startedAt(), result.endedAt()));
        return result.nothingToDo()
                ? result.cluster() + ": " + word + ", nothing to do: it is balanced and every node is in its place"
                : result.cluster() + ": " + word + " in " + span;
    }

    private List<String> backup(ExpandResult result) {
        if (result.withoutBackup()) {
            return List.of(style.warning("NO BACKUP was made") + ", as the request said");
        }
        return result.backup()
                .map(backup -> List.of(
                        "Backup in " + backup.place(),
                        "  " + Words.count(backup.parts().size(), "RDB file", "s") + " with "
                                + Words.count(backup.bytes(), "byte", "s")
                                + backup.keys()
                                        .map(keys -> " and " + Words.count(keys, "key", "s"))
                                        .orElse(""),
                        backup.loaded() ? "  verified, each loaded by a server" : "  verified"))
                .orElse(List.of());
    }

    private static List<String> moved(ExpandResult.Moved moved) {
        long seconds = moved.reshard().toSeconds();
        String slots = "Moved " + Words.count(moved.slots()) + " of " + Words.count(moved.slotsPlanned(), "slot", "s")
                + " in " + Words.count(moved.batches()) + " of " + Words.count(moved.batchesPlanned(), "batch", "es")
                + ", with " + Words.count(moved.keys(), "key", "s");
        return seconds == 0
                ? List.of(slots)
                : List.of(
                        slots,
                        "The reshard took " + Words.span(moved.reshard()) + ", " + Words.count(moved.keys() / seconds)
                                + " keys/s");
    }

    private List<String> shards(ValidationReport validation, Optional<Plan> plan) {
        Table table = plan.isPresent()
                ? new Table("MASTER", "NODE ID", "-SLOTS BEFORE", "-AFTER", "-KEYS", "REPLICAS")
                : new Table("MASTER", "NODE ID", "-SLOTS", "-KEYS", "REPLICAS");
        for (ShardSummary shard : validation.shards()) {
            List<String> row = new ArrayList<>(
                    List.of(shard.address().toString(), shard.master().brief()));
            plan.ifPresent(p -> row.add(before(shard.master(), p)));
            row.add(Words.count(shard.slots()));
            row.add(Words.count(shard.keys()));
            row.add(shard.replicas().stream().map(NodeAddress::toString).collect(Collectors.joining(" ")));
            table.row(row.toArray(String[]::new));
        }
        return table.lines(width);
    }

    /** A shard is known by its members, since a failover changes who of them is master. */
    private static String before(NodeId master, Plan plan) {
        return plan.shards().stream()
                .filter(shard -> shard.members().anyMatch(member -> member.id().equals(master)))
                .findFirst()
                .map(PlannedShard::before)
                .map(slots -> Words.count(slots.size()))
                .orElse("-");
    }

    private List<String> checks(List<CheckResult> checks) {
        List<String> lines = new ArrayList<>();
        for (CheckResult check : checks) {
            String word = check.blocks() ? style.bad("  FAIL  ") : style.warning("  WARN  ");
            lines.add(word + check.subject() + ": " + check.evidence() + (check.accepted() ? " (accepted)" : ""));
            if (!check.remedy().isEmpty()) {
                lines.add("        " + check.remedy());
            }
        }
        return lines;
    }
}
