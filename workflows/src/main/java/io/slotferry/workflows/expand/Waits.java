package io.slotferry.workflows.expand;

import io.temporal.workflow.CancellationScope;
import io.temporal.workflow.Promise;
import io.temporal.workflow.TimerOptions;
import io.temporal.workflow.Workflow;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/** Waiting, by timers that say what they are for. */
final class Waits {
    /** A shorter timer takes a second all the same, and costs as much history. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private Waits() {}

    /** A pause; none where it is too short to be worth a timer. */
    static void pause(Duration length, String summary) {
        if (length.compareTo(SHORTEST) >= 0) {
            timer(length, summary).get();
        }
    }

    /**
     * Waits until the condition holds, however long that takes.
     *
     * @throws io.temporal.failure.CanceledFailure where the scope around is cancelled
     */
    static void until(Supplier<Boolean> condition) {
        CancellationScope around = CancellationScope.current();
        Workflow.await(() -> condition.get() || around.isCancelRequested());
        CancellationScope.throwCanceled();
    }

    /**
     * Waits until the condition holds, at most so long; answers whether it holds.
     *
     * @throws io.temporal.failure.CanceledFailure where the scope around is cancelled
     */
    static boolean until(Supplier<Boolean> condition, Duration limit, String summary) {
        AtomicReference<Promise<Void>> timer = new AtomicReference<>();
        CancellationScope scope = Workflow.newCancellationScope(() -> timer.set(timer(limit, summary)));
        scope.run();
        Workflow.await(() -> condition.get() || timer.get().isCompleted());
        CancellationScope.throwCanceled();
        scope.cancel();
        return condition.get();
    }

    private static Promise<Void> timer(Duration length, String summary) {
        return Workflow.newTimer(
                length,
                TimerOptions.newBuilder().setSummary(Summaries.bounded(summary)).build());
    }
}
