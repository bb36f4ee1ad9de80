package io.slotferry.activities.attempt;

import io.slotferry.activities.redis.NodeFailure;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Failures;
import io.slotferry.workflows.contract.Halt;
import io.temporal.activity.Activity;
import io.temporal.activity.ActivityInfo;
import io.temporal.failure.ApplicationFailure;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Turns what goes wrong inside an activity into the failure that says who may proceed. */
public final class FailureBoundary {
    /** How long an activity waits by retrying, for a node to answer or views to settle, before an operator is asked. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Duration RETRY_DELAY = Duration.ofSeconds(2);

    private FailureBoundary() {}

    /** Does the work, inside an activity. */
    public static <T> T run(Supplier<T> work) {
        try {
            return work.get();
        } catch (Halted e) {
            throw failure(e.halt());
        } catch (NodeFailure e) {
            throw failure(e.halt());
        } catch (Lifeline.Superseded e) {
            throw failure(new Halt(
                    FailureKind.SUPERSEDED,
                    e.getMessage(),
                    List.of(),
                    "it is tried again by itself; if it stays so, see whether the worker reaches Temporal, then slotferry"
                            + " retry"));
        }
    }

    private static ApplicationFailure failure(Halt halt) {
        ActivityInfo info = Activity.getExecutionContext().getInfo();
        long waited = System.currentTimeMillis() - info.getScheduledTimestamp();
        return halt.kind().proceeds() == FailureKind.Proceeds.RETRY && waited < PATIENCE.toMillis()
                ? Failures.retryable(halt, RETRY_DELAY)
                : Failures.of(halt);
    }
}
