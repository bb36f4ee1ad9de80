package io.slotferry.activities.attempt;

import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.FailureKind.Proceeds;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Failures.Waiting;
import io.slotferry.workflows.contract.Halt;
import io.temporal.activity.Activity;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** Turns what goes wrong inside an activity into the failure that says who may proceed. */
final class FailureBoundary {
    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);

    private FailureBoundary() {}

    /**
     * Does the work, inside an activity.
     *
     * @param troubledSince when the trouble began, asked where there is any
     */
    static <T> T run(Supplier<T> work, Supplier<Instant> troubledSince) {
        try {
            return work.get();
        } catch (Halted e) {
            throw failure(e.halt(), troubledSince.get());
        } catch (NodeFailure e) {
            throw failure(e.halt(), troubledSince.get());
        } catch (Lifeline.Superseded e) {
            throw failure(
                    new Halt(
                            FailureKind.SUPERSEDED,
                            e.getMessage(),
                            List.of(),
                            "it is tried again by itself; if it stays so, see whether the worker reaches Temporal, then"
                                    + " slotferry retry"),
                    troubledSince.get());
        }
    }

    /** When the activity was scheduled. */
    static Instant scheduled() {
        return Instant.ofEpochMilli(Activity.getExecutionContext().getInfo().getScheduledTimestamp());
    }

    /** Tried again by itself where the kind allows it, and not for longer than the kind's patience. */
    private static ApplicationFailure failure(Halt halt, Instant since) {
        Instant until = since.plus(halt.kind().patience());
        // The server's clock, which the trouble was noted by, may be ahead of this one.
        boolean retried = halt.kind().proceeds() == Proceeds.RETRY;
        return retried && Instant.now().isBefore(until)
                ? Failures.retryable(halt, RETRY_DELAY, new Waiting(since, until))
                : Failures.of(halt);
    }
}
