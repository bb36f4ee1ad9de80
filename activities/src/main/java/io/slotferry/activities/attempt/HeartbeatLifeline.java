package io.slotferry.activities.attempt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.activities.redis.ConnectionName;
import io.temporal.activity.ActivityExecutionContext;
import io.temporal.activity.ActivityInfo;
import io.temporal.client.ActivityCanceledException;
import io.temporal.client.ActivityCompletionClient;
import io.temporal.client.ActivityCompletionException;
import io.temporal.client.ActivityCompletionFailureException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heartbeats by itself each second, since the SDK's are throttled and its own deadline comes seconds after the server has
 * started a successor. The deadline counts from before the last acknowledged heartbeat was sent, by a monotonic clock.
 */
final class HeartbeatLifeline implements Lifeline, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HeartbeatLifeline.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration MARGIN = Duration.ofSeconds(1);

    /** An attempt that lasted so long was at work, and its trouble is a new one. */
    private static final Duration AT_WORK = Duration.ofMinutes(1);

    private static final String TROUBLED_SINCE = "troubledSince";

    private final ActivityInfo info;
    private final ActivityCompletionClient completion;
    private final StopSignal stop;
    private final Kinship kinship;
    private final Optional<JsonNode> lastReport;
    private final long beganNanos = System.nanoTime();
    private final AtomicReference<Supplier<? extends JsonNode>> details =
            new AtomicReference<>(JsonNodeFactory.instance::objectNode);
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "slotferry-heartbeat");
        thread.setDaemon(true);
        return thread;
    });

    private volatile Optional<String> trouble;
    private volatile long acknowledgedNanos;
    private volatile boolean cancelled;
    private volatile boolean lost;

    private HeartbeatLifeline(ActivityExecutionContext context, StopSignal stop, Predecessors predecessors) {
        this.info = context.getInfo();
        this.kinship = new Kinship(context.getWorkflowClient(), info, predecessors);
        this.completion = context.getWorkflowClient().newActivityCompletionClient();
        this.stop = stop;
        this.lastReport = context.getLastHeartbeatDetails(JsonNode.class);
        lastReport.ifPresent(this::report);
        this.trouble =
                lastReport.map(report -> report.path(TROUBLED_SINCE).asText("")).filter(text -> !text.isEmpty());
    }

    /** Starts beating; the first beat is acknowledged when this returns. */
    static HeartbeatLifeline start(ActivityExecutionContext context, StopSignal stop, Predecessors predecessors) {
        HeartbeatLifeline lifeline = new HeartbeatLifeline(context, stop, predecessors);
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
    public Kin kin(ConnectionName other) {
        return kinship.of(connectionName(), other);
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
        report(() -> report);
    }

    @Override
    public void report(Supplier<? extends JsonNode> report) {
        details.set(report);
    }

    /** What the heartbeats before said of trouble is not forgotten over what this one says. */
    private JsonNode told() {
        JsonNode report = details.get().get();
        Optional<String> since = trouble;
        return since.isPresent() && report instanceof ObjectNode object
                ? object.deepCopy().put(TROUBLED_SINCE, since.get())
                : report;
    }

    /** Since when attempts have failed one after the other, now that this one does; told to the next one. */
    Instant troubledSince() {
        if (System.nanoTime() - beganNanos < AT_WORK.toNanos()) {
            return lastReport
                    .map(report -> report.path(TROUBLED_SINCE).asText(""))
                    .filter(text -> !text.isEmpty())
                    .map(Instant::parse)
                    .orElse(Instant.ofEpochMilli(info.getScheduledTimestamp()));
        }
        Instant now = Instant.now();
        trouble = Optional.of(now.toString());
        beatQuietly();
        return now;
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
            completion.heartbeat(info.getTaskToken(), told());
            acknowledgedNanos = sent;
        } catch (ActivityCompletionException e) {
            ActivityCompletionException reason = reason(e);
            if (reason instanceof ActivityCanceledException) {
                // The server answered, so this attempt is known to live; it is asked to end at its next boundary.
                acknowledgedNanos = sent;
                cancelled = true;
                return;
            }
            // Without an answer the deadline stands; every other answer says that the attempt is over.
            if (!(reason instanceof ActivityCompletionFailureException)) {
                lost = true;
            }
            throw e;
        }
    }

    /** What the server answered: the SDK (1.38.0) wraps its own exceptions, a requested cancel's among them. */
    private static ActivityCompletionException reason(ActivityCompletionException e) {
        return e instanceof ActivityCompletionFailureException
                        && e.getCause() instanceof ActivityCompletionException answered
                ? answered
                : e;
    }

    @Override
    public void close() {
        beats.shutdownNow();
    }
}
