package io.slotferry.workflows.contract;

import java.util.List;

/** A request, or a command's argument, that does not fit. */
public final class BadRequest extends RuntimeException {
    private final transient List<String> problems;
    private final String next;

    /**
     * A refusal.
     *
     * @param problems each {@code path: what is wrong and what fits}
     */
    public BadRequest(List<String> problems) {
        this(problems, "correct the fields named above and start again");
    }

    /** The same with what a person does next. */
    BadRequest(List<String> problems, String next) {
        super(String.join("\n", problems));
        this.problems = List.copyOf(problems);
        this.next = next;
    }

    public List<String> problems() {
        return problems;
    }

    /** As failures carry it. */
    public Halt halt() {
        return new Halt(FailureKind.BAD_REQUEST, "The request was refused; nothing was touched.", problems, next);
    }
}
