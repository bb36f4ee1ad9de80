package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.stream.Collectors;

/** The status as Markdown, for the Web UI. Times are absolute, since it is read later than it is written. */
final class StatusMarkdown {
    private static final int LAST_NOTES = 5;

    private StatusMarkdown() {}

    static String of(ExpandStatus status) {
        StringBuilder text = new StringBuilder();
        text.append("**")
                .append(status.state())
                .append("** in phase *")
                .append(status.phase().words());
        text.append("*: ").append(status.why()).append("\n\n");
        status.until()
                .ifPresent(until -> text.append("Until ").append(seconds(until)).append("\n\n"));
        status.halt().ifPresent(halt -> text.append(block(halt)));
        if (status.batches() > 0) {
            text.append(figures(status));
        }
        status.tuning().ifPresent(tuning -> text.append("Goes: ")
                .append(tuning.text())
                .append(movement(status))
                .append("\n\n"));
        status.pacing().ifPresent(pacing -> text.append(pacing).append("\n\n"));
        status.latency()
                .ifPresent(latency ->
                        text.append("Latency: ").append(latency.text()).append("\n\n"));
        text.append("Can be done now: ").append(legal(status)).append("\n\n");
        status.warnings()
                .forEach(warning -> text.append("- Warning: ").append(warning).append('\n'));
        text.append(latest(status));
        if (status.state() == RunState.WAITING && !status.planText().isEmpty()) {
            text.append("\nPlan ").append(status.fingerprint()).append("\n\n").append(fenced(status.planText()));
        }
        return text.toString();
    }

    /** The end of the trail: who did what, and what came of it. */
    private static String latest(ExpandStatus status) {
        return status.trail().stream()
                .skip(Math.max(0, status.trail().size() - LAST_NOTES))
                .map(note -> "- " + seconds(note.at()) + " " + note.what() + "\n")
                .collect(Collectors.joining());
    }

    private static String rate(ExpandStatus status) {
        return status.keysPerSecond()
                        .map(rate -> String.format(Locale.ROOT, "%,d keys/s while batches move", rate))
                        .orElse("")
                + status.timeLeft()
                        .filter(left -> status.keysPerSecond().isPresent())
                        .map(left -> ", about " + Boundary.text(left) + " of moving and pauses left\n\n")
                        .orElse("\n\n");
    }

    private static String movement(ExpandStatus status) {
        return status.migration().map(by -> "; slots move " + by.words()).orElse("");
    }

    private static String figures(ExpandStatus status) {
        return table(status) + rate(status);
    }

    private static String table(ExpandStatus status) {
        return String.format(
                Locale.ROOT,
                "| %s | slots | keys | bytes | started |%n|---|---|---|---|---|%n| %d of %d | %,d of %,d | %,d%s | %s | %s |%n%n",
                status.phase() == Phase.ROLLBACK ? "return batch" : "batch",
                status.batch(),
                status.batches(),
                status.slotsMoved(),
                status.slots(),
                status.keysMoved(),
                status.keysExpected() == 0 ? "" : String.format(Locale.ROOT, " of about %,d", status.keysExpected()),
                ByteSize.text(status.bytesMoved()),
                seconds(status.startedAt()));
    }

    private static String block(Halt halt) {
        return fenced(halt.kind() + ": " + halt.text());
    }

    private static String legal(ExpandStatus status) {
        return status.legal().isEmpty()
                ? "nothing"
                : status.legal().stream()
                        .map(command -> "`" + command.word() + "`")
                        .collect(Collectors.joining(", "));
    }

    private static String fenced(String text) {
        return "```\n" + text.strip() + "\n```\n\n";
    }

    private static Instant seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS);
    }
}
