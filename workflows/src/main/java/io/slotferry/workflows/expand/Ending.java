package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.ValidationReport;
import java.util.Optional;

/**
 * How a run ends.
 *
 * @param failure why the workflow closes as failed; empty where its result says all
 * @param next what a person may do now
 */
record Ending(
        RunState outcome,
        boolean nothingToDo,
        Optional<Halt> failure,
        Optional<ValidationReport> validation,
        String next) {

    static Ending completed(ValidationReport validation) {
        return new Ending(
                RunState.COMPLETED, false, Optional.empty(), Optional.of(validation), "nothing is left to do");
    }

    static Ending alreadyDone() {
        return new Ending(
                RunState.COMPLETED, true, Optional.empty(), Optional.empty(), "the cluster is as requested already");
    }

    /** Where the request said that it should end, before anything changed. */
    static Ending rehearsed(String next) {
        return new Ending(RunState.COMPLETED, false, Optional.empty(), Optional.empty(), next);
    }

    static Ending stopped(Optional<ValidationReport> validation, String next) {
        return new Ending(RunState.STOPPED, false, Optional.empty(), validation, next);
    }

    static Ending failed(RunState outcome, Halt halt, Optional<ValidationReport> validation, String next) {
        return new Ending(outcome, false, Optional.of(halt), validation, next);
    }

    /** Back where it began. */
    static Ending rolledBack(Optional<ValidationReport> validation, String next) {
        return new Ending(RunState.ROLLED_BACK, false, Optional.empty(), validation, next);
    }
}
