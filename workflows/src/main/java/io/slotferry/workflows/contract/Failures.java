package io.slotferry.workflows.contract;

import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Carries a {@link Halt} through Temporal's failures: its kind as the type, its text as the message, itself as detail. */
public final class Failures {
    private Failures() {}

    /** A failure that is not retried by Temporal. */
    public static ApplicationFailure of(Halt halt) {
        return ApplicationFailure.newBuilder()
                .setType(halt.kind().name())
                .setMessage(halt.text())
                .setNonRetryable(true)
                .setDetails(halt)
                .build();
    }

    /** A failure that Temporal retries after {@code delay}: the activity waits without writing history. */
    public static ApplicationFailure retryable(Halt halt, Duration delay) {
        return ApplicationFailure.newBuilder()
                .setType(halt.kind().name())
                .setMessage(halt.text())
                .setNonRetryable(false)
                .setNextRetryDelay(delay)
                .setDetails(halt)
                .build();
    }

    /** The halt that a failure carries, whichever failures of Temporal's wrap it; a DEFECT where there is none. */
    public static Halt haltOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure application) {
                return fromDetails(application).orElseGet(() -> defect(application));
            }
            if (!(cause instanceof ActivityFailure)
                    && !(cause instanceof ChildWorkflowFailure)
                    && cause.getCause() == null) {
                break;
            }
        }
        return new Halt(
                FailureKind.DEFECT,
                "Unexpected: " + failure,
                List.of(),
                "slotferry retry once the cause is mended, or slotferry cancel");
    }

    private static Optional<Halt> fromDetails(ApplicationFailure failure) {
        boolean ours = java.util.Arrays.stream(FailureKind.values())
                .anyMatch(kind -> kind.name().equals(failure.getType()));
        return ours && failure.getDetails().getSize() > 0
                ? Optional.of(failure.getDetails().get(Halt.class))
                : Optional.empty();
    }

    private static Halt defect(ApplicationFailure failure) {
        return new Halt(
                FailureKind.DEFECT,
                "Unexpected " + failure.getType() + ": " + failure.getOriginalMessage(),
                List.of(),
                "see the worker's log; slotferry retry once the cause is mended, or slotferry cancel");
    }
}
