package io.slotferry.workflows.contract;

import io.temporal.common.converter.DataConverterException;
import io.temporal.failure.ActivityFailure;
import io.temporal.failure.ApplicationFailure;
import io.temporal.failure.ChildWorkflowFailure;
import io.temporal.failure.TimeoutFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

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

    /** The failure that closes a run: how it ended stands beside the halt, as the second detail. */
    public static ApplicationFailure of(Halt halt, ExpandResult result) {
        return ApplicationFailure.newBuilder()
                .setType(halt.kind().name())
                .setMessage(halt.text())
                .setNonRetryable(true)
                .setDetails(halt, result)
                .build();
    }

    /** How the run ended that this failure closed; empty where it ended before its request was read. */
    public static Optional<ExpandResult> resultOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure application
                    && application.getDetails().getSize() > 1) {
                return Optional.of(application.getDetails().get(1, ExpandResult.class));
            }
        }
        return Optional.empty();
    }

    /**
     * What an activity that is tried again waits for.
     *
     * @param since when the trouble began
     * @param until when the run halts, if it lasts
     */
    public record Waiting(Instant since, Instant until) {}

    /** A failure that Temporal retries after {@code delay}: the activity waits without writing history. */
    public static ApplicationFailure retryable(Halt halt, Duration delay, Waiting waiting) {
        return ApplicationFailure.newBuilder()
                .setType(halt.kind().name())
                .setMessage(halt.text())
                .setNonRetryable(false)
                .setNextRetryDelay(delay)
                .setDetails(halt, Processes.none(), waiting)
                .build();
    }

    /** The same failure, with what was known of the processes at the ends of lanes when it happened. */
    public static ApplicationFailure knowing(Processes processes, ApplicationFailure failure) {
        ApplicationFailure.Builder builder = ApplicationFailure.newBuilder(failure);
        return failure.getDetails().getSize() > 2
                ? builder.setDetails(
                                haltOf(failure), processes, failure.getDetails().get(2, Waiting.class))
                        .build()
                : builder.setDetails(haltOf(failure), processes).build();
    }

    /** The same failure of a batch, after its activity had done these. */
    public static ApplicationFailure after(List<BatchOutcome> done, ApplicationFailure failure) {
        // The server keeps little of a failure that it retries; the next attempt knows of them by heartbeats.
        if (done.isEmpty() || !failure.isNonRetryable()) {
            return failure;
        }
        return ApplicationFailure.newBuilder(failure)
                .setDetails(haltOf(failure), processesOf(failure), new Chained(done))
                .build();
    }

    /** Batches that were done before another one of the same activity failed. */
    private record Chained(List<BatchOutcome> done) {}

    /**
     * What the activity of a batch that failed had done before it, or had last reported by heartbeat where it was given up;
     * empty where there is nothing.
     */
    public static List<BatchOutcome> doneBefore(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure application) {
                return application.getDetails().getSize() > 2
                        ? done(() -> application.getDetails().get(2, Chained.class))
                        : List.of();
            }
            if (cause instanceof TimeoutFailure timeout) {
                return timeout.getLastHeartbeatDetails().getSize() > 0
                        ? done(() -> timeout.getLastHeartbeatDetails().get(Chained.class))
                        : List.of();
            }
        }
        return List.of();
    }

    private static List<BatchOutcome> done(Supplier<Chained> details) {
        try {
            return Optional.ofNullable(details.get().done()).orElse(List.of());
        } catch (DataConverterException e) {
            return List.of();
        }
    }

    /** What a batch's failure says of processes; nothing where it carries none. */
    public static Processes processesOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ApplicationFailure application
                    && application.getDetails().getSize() > 1) {
                return processes(application);
            }
        }
        return Processes.none();
    }

    private static Processes processes(ApplicationFailure failure) {
        try {
            return failure.getDetails().get(1, Processes.class);
        } catch (DataConverterException e) {
            return Processes.none();
        }
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
        return Arrays.stream(FailureKind.values())
                .filter(kind -> kind.name().equals(failure.getType()))
                .findFirst()
                .map(kind ->
                        detail(failure).orElseGet(() -> new Halt(kind, failure.getOriginalMessage(), List.of(), "")));
    }

    /** The server drops the details of a failure that is too large, and keeps the beginning of its message. */
    private static Optional<Halt> detail(ApplicationFailure failure) {
        try {
            return failure.getDetails().getSize() > 0
                    ? Optional.of(failure.getDetails().get(Halt.class))
                    : Optional.empty();
        } catch (DataConverterException e) {
            return Optional.empty();
        }
    }

    private static Halt defect(ApplicationFailure failure) {
        return new Halt(
                FailureKind.DEFECT,
                "Unexpected " + failure.getType() + ": " + failure.getOriginalMessage(),
                List.of(),
                "see the worker's log; slotferry retry once the cause is mended, or slotferry cancel");
    }
}
