package io.slotferry.starter;

import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandResult;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Names;
import io.slotferry.workflows.contract.Phase;
import io.slotferry.workflows.contract.RunState;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** A look at a run as text; pure. */
final class StatusText {
    private static final int LAST_NOTES = 5;

    private final int width;
    private final Style style;
    private final ZoneId zone;

    StatusText(int width, Style style, ZoneId zone) {
        this.width = width;
        this.style = style;
        this.zone = zone;
    }

    /**
     * The display that is redrawn while a person watches.
     *
     * @param keysPerSecond as measured over the last looks
     * @param page the run's page in the Web UI
     */
    List<String> display(Look look, OptionalLong keysPerSecond, Optional<String> page) {
        List<String> lines = new ArrayList<>();
        if (look.status().isEmpty()) {
            lines.add(style.bold(look.run().workflowId()) + ": no worker answers; the run waits for one");
            lines.add("Start one: slotferry worker"
                    + (look.taskQueue().equals(Names.TASK_QUEUE) ? "" : " --task-queue " + look.taskQueue()));
        } else {
            ExpandStatus status = look.status().get();
            lines.add(heading(look, status));
            if (status.slots() > 0) {
                lines.add(bar(look, status));
                lines.add(cut(figures(look, status, keysPerSecond)));
            }
            pacing(look, status).ifPresent(pacing -> lines.add(cut(pacing)));
            latency(look, status).ifPresent(latency -> lines.add(cut("Latency: " + latency.text())));
            if (status.halt().isEmpty()) {
                lines.add(cut(why(look, status)));
            }
        }
        look.retry().ifPresent(retry -> {
            lines.add(style.warning(cut(waits(look, retry))));
            lines.add(cut("  " + retry.why()));
            lines.add(cut(retry(retry)));
        });
        // A line that wraps could not be redrawn in place.
        page.filter(link -> link.length() <= width).ifPresent(lines::add);
        return lines;
    }

    /** Everything, for a person who asks once. */
    List<String> whole(Look look, Optional<String> page) {
        List<String> lines = new ArrayList<>(display(look, OptionalLong.empty(), page));
        look.status().ifPresent(status -> {
            lines.add("");
            lines.add("Run " + status.workflowId() + " (" + status.runId() + "), started "
                    + Words.clock(status.startedAt(), zone));
            status.tuning()
                    .filter(tuning -> !status.state().closed())
                    .ifPresent(tuning -> lines.add("Goes: " + tuning.text()
                            + status.migration()
                                    .map(by -> "; slots move " + by.words())
                                    .orElse("")));
            status.halt()
                    .ifPresent(halt -> lines.addAll(
                            List.of(style.bad(halt.kind() + ": " + halt.text()).split("\n"))));
            status.warnings().forEach(warning -> lines.add(style.warning("Warning: ") + warning));
            List<ExpandResult.Note> trail = status.trail();
            trail.subList(Math.max(0, trail.size() - LAST_NOTES), trail.size())
                    .forEach(note -> lines.add("  " + Words.clock(note.at(), zone) + "  " + note.what()));
            if (!status.legal().isEmpty()) {
                lines.add("You can: " + commands(status));
            }
        });
        return lines;
    }

    /** What a log gets a new line for: while batches move, one for each that was finished. */
    String event(Look look) {
        return look.status()
                .filter(StatusText::moves)
                .map(status -> status.phase() + " " + status.slotsMoved()
                        + look.retry().map(StatusText::reason).orElse(""))
                .orElseGet(() -> line(look));
    }

    /** Figures change from attempt to attempt; the reason is what is news. */
    private static String reason(Look.Retry retry) {
        return retry.kind().map(FailureKind::words).orElse(oneLine(retry.why()));
    }

    private static boolean moves(ExpandStatus status) {
        boolean there = status.phase() == Phase.RESHARD && status.state() == RunState.RUNNING;
        boolean back = status.state() == RunState.ROLLING_BACK && status.slotsMoved() < status.slots();
        return (there || back) && status.slots() > 0;
    }

    /** One line for a log. */
    String line(Look look) {
        if (look.status().isEmpty()) {
            return noWorker(look);
        }
        ExpandStatus status = look.status().get();
        StringBuilder line = new StringBuilder(status.cluster().isEmpty() ? status.workflowId() : status.cluster());
        line.append(": ").append(status.phase().words());
        if (!moves(status)) {
            line.append(", ").append(status.state());
        }
        if (status.slots() > 0 && status.batch() > 0) {
            line.append(", ").append(batch(status, status.batch()));
            line.append(", ").append(Words.count(status.slotsMoved())).append(" of ");
            line.append(Words.count(status.slots())).append(" slots, ");
            line.append(Words.count(status.keysMoved())).append(" keys");
        }
        if (moves(status)) {
            status.timeLeft()
                    .ifPresent(left ->
                            line.append(", about ").append(Words.span(left)).append(" left"));
        } else {
            line.append(": ").append(status.why());
        }
        // Without the count of attempts, which would make every one of them a line.
        look.retry().ifPresent(retry -> line.append("; waits: ").append(oneLine(retry.why())));
        return line.toString();
    }

    /** The commands that are legal now, as they are typed. */
    static String commands(ExpandStatus status) {
        String name = status.cluster().isEmpty() || !status.workflowId().equals("expand-" + status.cluster())
                ? status.workflowId()
                : status.cluster();
        return String.join(
                " | ",
                status.legal().stream()
                        .map(command -> "slotferry " + command.word() + " " + name)
                        .toList());
    }

    private static String noWorker(Look look) {
        return look.run().workflowId() + ": no worker answers on task queue \"" + look.taskQueue()
                + "\"; the run waits for one";
    }

    private String heading(Look look, ExpandStatus status) {
        String cluster = status.cluster().isEmpty() ? status.workflowId() : status.cluster();
        String left = cluster + ": " + status.phase().words() + ", " + look.state();
        boolean moves = status.phase() == Phase.RESHARD || status.phase() == Phase.ROLLBACK;
        String right = status.batches() > 0 && moves ? batch(status, look.batch()) + inHand(look) : "";
        int gap = Math.max(2, width - left.length() - right.length());
        return cluster + ": " + style.bold(status.phase().words()) + ", " + state(look.state())
                + (right.isEmpty() ? "" : " ".repeat(gap) + right);
    }

    /** As the batch in hand says, where it has begun to. */
    private static Optional<String> pacing(Look look, ExpandStatus status) {
        return moves(status) ? look.inHand().flatMap(BatchProgress::pacing).or(status::pacing) : Optional.empty();
    }

    private static Optional<ClientLatency> latency(Look look, ExpandStatus status) {
        return moves(status) ? look.inHand().flatMap(BatchProgress::latency).or(status::latency) : Optional.empty();
    }

    private static String batch(ExpandStatus status, int number) {
        return (status.phase() == Phase.ROLLBACK ? "return batch " : "batch ") + number + " of " + status.batches();
    }

    private static String inHand(Look look) {
        return look.inHand()
                .map(batch -> ", " + batch.slotsDone() + " of " + Words.count(batch.slots(), "slot", "s"))
                .orElse("");
    }

    private String state(RunState state) {
        return switch (state) {
            case RUNNING, COMPLETED -> style.good(state.name());
            case WAITING, PAUSED, ROLLING_BACK, ROLLED_BACK, STOPPED -> style.warning(state.name());
            case HALTED, REFUSED -> style.bad(state.name());
        };
    }

    private String bar(Look look, ExpandStatus status) {
        int moved = look.slotsMoved();
        int percent = (int) (100L * moved / status.slots());
        String right = String.format(
                Locale.ROOT, " %3d %%  %s of %s slots", percent, Words.count(moved), Words.count(status.slots()));
        int room = Math.max(10, width - right.length() - 2);
        int full = (int) ((long) room * moved / status.slots());
        return "[" + style.good("#".repeat(full)) + "-".repeat(room - full) + "]" + right;
    }

    private static String figures(Look look, ExpandStatus status, OptionalLong keysPerSecond) {
        StringBuilder line = new StringBuilder(Words.count(look.keysMoved()));
        if (status.keysExpected() > 0) {
            line.append(" of about ").append(Words.count(status.keysExpected()));
        }
        line.append(" keys");
        if (look.bytesMoved() > 0) {
            line.append(", ").append(ByteSize.text(look.bytesMoved()));
        }
        keysPerSecond.ifPresent(
                rate -> line.append(", ").append(Words.count(rate)).append(" keys/s"));
        status.timeLeft()
                .ifPresent(
                        left -> line.append(", about ").append(Words.span(left)).append(" left"));

        return line.toString();
    }

    private String why(Look look, ExpandStatus status) {
        return status.why()
                + status.until()
                        .map(until -> " (until " + Words.clock(until, zone) + ", in "
                                + Words.span(Duration.between(look.at(), until)) + ")")
                        .orElse("");
    }

    private String waits(Look look, Look.Retry retry) {
        return retry.kind().map(kind -> "Waits, " + kind + ": " + kind.words()).orElse("Waits")
                + retry.since()
                        .map(since -> ", for " + Words.span(Duration.between(since, look.at())))
                        .orElse("")
                + ":";
    }

    private String retry(Look.Retry retry) {
        return "  attempt " + retry.attempt() + " of " + retry.activity()
                + retry.next().map(next -> " at " + Words.clock(next, zone)).orElse(" under way")
                + retry.until()
                        .map(until -> "; halts at " + Words.clock(until, zone))
                        .orElse("");
    }

    private String cut(String text) {
        return Words.cut(oneLine(text), width);
    }

    private static String oneLine(String text) {
        return text.replaceAll("\\s*\n\\s*", "; ");
    }
}
