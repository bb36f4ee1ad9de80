package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchOutcome.Atomic;

/** Tells a run's trail how slots moved: where it is otherwise than of the batch before, and where migration jobs failed. */
final class Migrations {
    private static final String BY_KEYS = "key by key";

    private final Run run;
    private String last = BY_KEYS;

    Migrations(Run run) {
        this.run = run;
    }

    void record(BatchOutcome outcome) {
        String batch = "batch " + outcome.progress().number();
        boolean atomically =
                outcome.atomic().filter(atomic -> atomic.jobs() > 0).isPresent();
        String by = atomically ? "by the servers' own slot migration" : BY_KEYS;
        if (!by.equals(last) && (atomically || outcome.progress().slotsDone() > outcome.resumed())) {
            last = by;
            run.note(batch + " moved " + by);
        }
        outcome.atomic().filter(atomic -> atomic.failed() > 0).ifPresent(atomic -> {
            String failures = batch + ": " + text(atomic);
            if (atomic.slotsByKeys() > 0) {
                run.warn(failures);
            } else {
                run.note(failures);
            }
        });
    }

    /** {@code 3 migration jobs failed, 40 slots were left to move key by key: …}. */
    private static String text(Atomic atomic) {
        return atomic.failed() + (atomic.failed() == 1 ? " migration job failed" : " migration jobs failed")
                + (atomic.slotsByKeys() == 0 ? "" : ", " + atomic.slotsByKeys() + " slots were left to move key by key")
                + ": " + String.join("; ", atomic.why());
    }
}
