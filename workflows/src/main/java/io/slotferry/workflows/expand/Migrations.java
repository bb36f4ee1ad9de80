package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchOutcome.Atomic;
import io.slotferry.workflows.contract.ExpandRequest.Migration;

/** Tells a run's trail how slots moved: where it is otherwise than of the batch before, and where migration jobs failed. */
final class Migrations {
    private final Run run;
    private Migration last = Migration.KEYS;

    Migrations(Run run) {
        this.run = run;
    }

    void record(BatchOutcome outcome) {
        String batch = "batch " + outcome.progress().number();
        outcome.movedBy().filter(by -> by != last).ifPresent(by -> {
            last = by;
            run.note(batch + " moved " + by.words());
        });
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
