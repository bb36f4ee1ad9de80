package io.slotferry.activities.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.slotferry.activities.redis.ConnectionName;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.client.ActivityCompletionException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heartbeats by itself each second, since the SDK's are throttled and its own deadline comes seconds after the server has
 * started a successor. The deadline counts from before the last acknowledged heartbeat was sent, by a monotonic clock.
 */
public final class HeartbeatLifeline implements Lifeline, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatLifeline.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration MARGIN = Duration.ofSeconds(1);

    private final ActivityInfo info;
    private final ActivityCompletionClient completion;
    private final StopSignal stop;
    private final Optional<JsonNode> lastReport;
    private final AtomicReference<JsonNode> details = new AtomicReference<>(JsonNodeFactory.instance.objectNode());
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "slotferry-heartbeat");
        thread.setDaemon(true);
        return thread;
    });

    private volatile long acknowledgedNanos;
    private volatile boolean cancelled;
    private volatile boolean lost;

    private HeartbeatLifeline(ActivityExecutionContext context, StopSignal stop) {
        this.info = context.getInfo();
        this.completion = context.getWorkflowClient().newActivityCompletionClient();
        this.stop = stop;
        this.lastReport = context.getLastHeartbeatDetails(JsonNode.class);
        lastReport.ifPresent(details::set);
    }

    /** Starts beating; the first beat is acknowledged when this returns. */
    public static HeartbeatLifeline start(ActivityExecutionContext context, StopSignal stop) {
        HeartbeatLifeline lifeline = new HeartbeatLifeline(context, stop);
        lifeline.sync();
        ScheduledFuture<?> unused = lifeline.beats.scheduleWithFixedDelay(
                lifeline::beatQuietly, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
        return lifeline;
    }

    @Override
    public ConnectionName connectionName() {
        return new ConnectionName(info.getWorkflowRunId(), info.getScheduledTimestamp(), info.getAttempt());
    }

    @Override
    public void assertMayChange(Duration limit) {
        if (lost) {
            throw new Superseded("this attempt is over: the server has given the activity to another one or ended it");
        }
        long untilDeadline =
                acknowledgedNanos + info.getHeartbeatTimeout().minus(MARGIN).toNanos() - System.nanoTime();
        if (untilDeadline < limit.toNanos()) {
            throw new Superseded("no heartbeat was acknowledged in time: this attempt changes nothing more");
        }
    }

    @Override
    public boolean stopRequested() {
        return cancelled || stop.isRequested();
    }

    @Override
    public void report(JsonNode report) {
        details.set(report);
    }

    @Override
    public void sync() {
        beat();
        if (lost) {
            throw new Superseded("this attempt is over: the server has given the activity to another one or ended it");
        }
    }

    @Override
    public Optional<JsonNode> lastReport() {
        return lastReport;
    }

    private void beatQuietly() {
        try {
            beat();
        } catch (RuntimeException e) {
            // The deadline stands; the next beat may get through.
            log.warn("heartbeat of {} was not acknowledged: {}", info.getActivityType(), e.getMessage());
        }
    }

    private void beat() {
        long sent = System.nanoTime();
        try {
            completion.heartbeat(info.getTaskToken(), details.get());
            acknowledgedNanos = sent;
        } catch (ActivityCanceledException e) {
            // The server answered, so this attempt is known to live; it is asked to end at its next boundary.
            acknowledgedNanos = sent;
            cancelled = true;
        } catch (ActivityCompletionException e) {
            if (e.getClass() != ActivityCompletionException.class) {
                lost = true;
            }
            throw e;
        }
    }

    @Override
    public void close() {
        beats.shutdownNow();
    }
}
