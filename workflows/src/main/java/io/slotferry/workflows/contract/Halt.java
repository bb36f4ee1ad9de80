package io.slotferry.workflows.contract;

import java.util.List;

/**
 * What stands between a run and its going on, as failures carry it and status shows it.
 *
 * @param message what happened and where, one line
 * @param evidence what was seen: figures, answers of nodes; bounded in number by whoever collects it
 * @param next what a person does next, beginning with a command where there is one
 */
public record Halt(FailureKind kind, String message, List<String> evidence, String next) {
    public Halt {
        evidence = List.copyOf(evidence);
    }

    /** The whole as several lines of text. */
    public String text() {
        StringBuilder text = new StringBuilder(message);
        evidence.forEach(line -> text.append("\n  ").append(line));
        return text.append(next.isEmpty() ? "" : "\nNext: " + next).toString();
    }
}
