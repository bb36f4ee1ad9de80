package io.slotferry.workflows.expand;

import io.slotferry.workflows.contract.Activities.BackingUp;
import io.slotferry.workflows.contract.Activities.Joining;
import io.slotferry.workflows.contract.Activities.Looking;
import io.slotferry.workflows.contract.Activities.Moving;
import io.slotferry.workflows.contract.Activities.Recording;
import io.slotferry.workflows.contract.Activities.Scanning;
import io.slotferry.workflows.contract.ClusterAccess;
import io.slotferry.workflows.contract.Settings;
import io.temporal.activity.ActivityCancellationType;
import io.temporal.activity.ActivityOptions;
import io.temporal.common.RetryOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The activities, with the options that each kind of work calls for. What may be retried is said by the failure itself;
 * attempts are unlimited, since a stopping worker uses them up too.
 */
final class Rooms {
    /** A worker that died is missed after this long: activities of length send a heartbeat each second. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(8);

    /** Never ends a live attempt. */
    private static final Duration AS_LONG_AS_IT_TAKES = Duration.ofDays(365);

    private static final Duration A_LOOK = Duration.ofMinutes(5);
    private static final Duration A_LAST_LOOK = Duration.ofMinutes(1);
    private static final Duration A_NOTE = Duration.ofSeconds(30);

    /** What is for people alone must not keep a run from ending. */
    private static final Duration NOTES_ALTOGETHER = Duration.ofMinutes(2);

    private final BatchMoves batches = new BatchMoves(this);

    /** Batches, there and back. */
    BatchMoves batches() {
        return batches;
    }

    Looking looking(String summary) {
        return Workflow.newActivityStub(Looking.class, lasting(summary));
    }

    BackingUp backingUp(String summary) {
        return Workflow.newActivityStub(BackingUp.class, lasting(summary));
    }

    /** For a look that a run which is to end does without, rather than wait for nodes that do not answer. */
    Looking lookingBriefly(String summary) {
        return Workflow.newActivityStub(
                Looking.class,
                options(summary, AS_LONG_AS_IT_TAKES)
                        .setHeartbeatTimeout(HEARTBEAT)
                        .setScheduleToCloseTimeout(A_LAST_LOOK)
                        .build());
    }

    Scanning scanning(String summary) {
        return Workflow.newActivityStub(Scanning.class, lasting(summary));
    }

    /** For reading parameters. */
    Joining readingSettings(String summary) {
        return Workflow.newActivityStub(Joining.class, options(summary, A_LOOK).build());
    }

    /** Puts settings back; each node where that could not be done is told. */
    void restoreSettings(ClusterAccess access, Settings prior, Consumer<String> passedOver) {
        joining("put " + prior.parameter() + " back")
                .restoreSettings(access, prior)
                .forEach(passedOver);
    }

    /** For nodes that come and go, and their parameters. Whatever changes nodes lives by its heartbeat. */
    Joining joining(String summary) {
        return Workflow.newActivityStub(Joining.class, lasting(summary));
    }

    Moving moving(String summary) {
        return Workflow.newActivityStub(Moving.class, lasting(summary));
    }

    Recording recording(String summary) {
        return Workflow.newActivityStub(
                Recording.class, options(summary, A_NOTE).build());
    }

    /** For what the run can do without. */
    Recording optional(String summary) {
        return Workflow.newActivityStub(
                Recording.class,
                options(summary, A_NOTE)
                        .setScheduleToCloseTimeout(NOTES_ALTOGETHER)
                        .build());
    }

    private static ActivityOptions lasting(String summary) {
        return options(summary, AS_LONG_AS_IT_TAKES)
                .setHeartbeatTimeout(HEARTBEAT)
                .build();
    }

    private static ActivityOptions.Builder options(String summary, Duration startToClose) {
        return ActivityOptions.newBuilder()
                .setSummary(Summaries.bounded(summary))
                .setStartToCloseTimeout(startToClose)
                .setCancellationType(ActivityCancellationType.WAIT_CANCELLATION_COMPLETED)
                .setRetryOptions(RetryOptions.newBuilder()
                        .setInitialInterval(Duration.ofSeconds(1))
                        .setBackoffCoefficient(1.5)
                        .setMaximumInterval(Duration.ofSeconds(10))
                        .build());
    }
}
