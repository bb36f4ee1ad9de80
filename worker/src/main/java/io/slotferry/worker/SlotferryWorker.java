package io.slotferry.worker;

import io.slotferry.activities.NodeActivities;
import io.slotferry.activities.attempt.StopSignal;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.recording.RecordingActivities;
import io.slotferry.activities.recording.RunRecords;
import io.slotferry.activities.redis.Connections;
import io.slotferry.workflows.expand.ExpandClusterWorkflowImpl;
import io.slotferry.workflows.lease.ClusterLeaseWorkflowImpl;
import io.temporal.client.WorkflowClient;
import io.temporal.worker.Worker;
import io.temporal.worker.WorkerFactory;
import io.temporal.worker.WorkerOptions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A worker that polls, inside this JVM. */
public final class SlotferryWorker {
    /** Far more than clusters are grown at a time, and few enough for a small heap. */
    private static final int MOST_ACTIVITIES = 32;

    /** Whatever a worker that hangs has open swallows an attempt each, which is missed after a heartbeat timeout. */
    private static final int FEW_POLLS = 2;

    private static final long DEADLOCK_MILLIS = 10_000;

    private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

    private final WorkerFactory factory;
    private final StopSignal stopSignal;

    private SlotferryWorker(WorkerFactory factory, StopSignal stopSignal) {
        this.factory = factory;
        this.stopSignal = stopSignal;
    }

    /**
     * Begins to poll.
     *
     * @param client with slotferry's data converter; stays the caller's to close
     */
    public static SlotferryWorker start(WorkflowClient client, WorkerSettings settings) {
        return start(client, settings, UnaryOperator.identity());
    }

    /** The same, with something around every connection to a node, as tests of faults need it. */
    public static SlotferryWorker start(
            WorkflowClient client, WorkerSettings settings, UnaryOperator<Connections> around) {
        WorkerFactory factory = WorkerFactory.newInstance(client);
        Worker worker = factory.newWorker(
                settings.taskQueue(),
                WorkerOptions.newBuilder()
                        .setMaxConcurrentActivityExecutionSize(MOST_ACTIVITIES)
                        .setMaxConcurrentActivityTaskPollers(FEW_POLLS)
                        .setMaxConcurrentWorkflowTaskPollers(FEW_POLLS)
                        // A machine that has much else to do is no deadlock.
                        .setDefaultDeadlockDetectionTimeout(DEADLOCK_MILLIS)
                        // The batch in hand ends at a slot boundary, and its fence needs heartbeats until then.
                        .setAllowActivityHeartbeatDuringShutdown(true)
                        .build());
        StopSignal stopSignal = new StopSignal();
        Credentials credentials = Credentials.fromEnvironment(settings.environment(), settings.credentials());
        worker.registerWorkflowImplementationTypes(ExpandClusterWorkflowImpl.class, ClusterLeaseWorkflowImpl.class);
        worker.registerActivitiesImplementations(new RecordingActivities(client, settings.reports()));
        worker.registerActivitiesImplementations(NodeActivities.all(
                        new NodeActivities.Config(
                                credentials, stopSignal, RunRecords.inHistory(client), settings.meters()),
                        around)
                .toArray());
        factory.start();
        return new SlotferryWorker(factory, stopSignal);
    }

    /**
     * Stops polling, lets the batches in hand end at a slot boundary, and waits for them.
     *
     * @return whether all work in hand ended in time; else it was interrupted, and another worker resumes it
     */
    public boolean stop(Duration patience) {
        stopSignal.requestStop();
        factory.shutdown();
        factory.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
        boolean ended = factory.isTerminated();
        if (!ended) {
            factory.shutdownNow();
            factory.awaitTermination(LAST_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
        return ended;
    }
}
