package io.slotferry.starter;

/** Ends a command with a message for its user. */
final class CommandException extends RuntimeException {
    private final ExitCode exit;
    private final String next;

    /**
     * An end.
     *
     * @param message what happened, where, and what was seen
     * @param next what to type next
     */
    CommandException(ExitCode exit, String message, String next) {
        super(message);
        this.exit = exit;
        this.next = next;
    }

    ExitCode exit() {
        return exit;
    }

    String next() {
        return next;
    }
}
