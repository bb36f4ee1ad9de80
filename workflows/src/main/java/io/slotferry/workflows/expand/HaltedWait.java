package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.Halt;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.time.Instant;

/** A halt: the run stays where it is until a person decides. It never times out; it reminds. */
final class HaltedWait {
    private static final Duration REMIND_AFTER = Duration.ofHours(1);

    /** After the first day a reminder a day is enough, and keeps the history of a year's halt small. */
    private static final Duration REMIND_LATER = Duration.ofDays(1);

    private static final int REMINDERS_OF_FIRST_DAY = 24;

    private final Run run;
    private final Steering steering;

    HaltedWait(Run run, Steering steering) {
        this.run = run;
        this.steering = steering;
    }

    /** Returns when the operator wants it tried again, or, in a detached scope, wants the run to end. */
    void untilRetry(Halt halt) {
        Instant since = Run.now();
        steering.expectRetry();
        run.halted(halt);
        for (int reminders = 0; !decided(reminders); reminders++) {
            run.warn("halted since " + since + ", " + halt.kind() + ": " + halt.message());
            Workflow.getLogger(HaltedWait.class).warn("halted since {}: {}", since, halt.text());
        }
    }

    private boolean decided(int reminders) {
        return Waits.until(
                () -> steering.retryAsked() || steering.stopAsked(),
                reminders < REMINDERS_OF_FIRST_DAY ? REMIND_AFTER : REMIND_LATER,
                "halted: the next reminder");
    }
}
