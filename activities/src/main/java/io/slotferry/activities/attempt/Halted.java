package io.slotferry.activities.attempt;

import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.util.List;

/** Work that does not go on, with the reason, the evidence and the next command. */
public final class Halted extends RuntimeException {
    private final transient Halt halt;

    public Halted(Halt halt) {
        super(halt.text());
        this.halt = halt;
    }

    public Halted(FailureKind kind, String message, List<String> evidence, String next) {
        this(new Halt(kind, message, evidence, next));
    }

    public Halt halt() {
        return halt;
    }
}
