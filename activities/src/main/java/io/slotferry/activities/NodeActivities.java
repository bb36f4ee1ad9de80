package io.slotferry.activities;

import io.micrometer.core.instrument.MeterRegistry;
import io.slotferry.activities.attempt.Attempts;
import io.slotferry.activities.attempt.Predecessors;
import io.slotferry.activities.attempt.StopSignal;
import io.slotferry.activities.backup.BackingUpActivities;
import io.slotferry.activities.backup.Stores;
import io.slotferry.activities.bigkeys.ScanningActivities;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.guard.LoadGuard;
import io.slotferry.activities.guard.LoadMemory;
import io.slotferry.activities.joining.JoiningActivities;
import io.slotferry.activities.looking.LookingActivities;
import io.slotferry.activities.recording.RunRecords;
import io.slotferry.activities.redis.Connections;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.Course;
import io.slotferry.activities.slots.MoveMeters;
import io.slotferry.activities.slots.MovingActivities;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.RunRecord;
import java.util.List;
import java.util.function.UnaryOperator;

/** All activities on real nodes, ready to be registered with a worker. */
public final class NodeActivities {
    private NodeActivities() {}

    /**
     * What they need of the worker.
     *
     * @param stop by which the worker says that it is stopping
     * @param records where an activity finds what its own run wrote down before its first change
     * @param meters where metrics of what moves are kept
     */
    public record Config(Credentials credentials, StopSignal stop, RunRecords records, MeterRegistry meters) {}

    /** One object for each interface of the contract that speaks of nodes. */
    public static List<Object> all(Config config) {
        return all(config, UnaryOperator.identity());
    }

    /** The same, with something around every connection, as tests need it. */
    public static List<Object> all(Config config, UnaryOperator<Connections> around) {
        Connections connections = around.apply(access -> RespNodes.with(config.credentials(), access.credentials()));
        Attempts attempts = new Attempts(config.stop(), predecessors(config.records()));
        return List.of(
                new LookingActivities(connections, attempts),
                new BackingUpActivities(connections, new Stores(config.credentials()), attempts),
                new ScanningActivities(connections, attempts),
                new JoiningActivities(connections, attempts),
                new MovingActivities(
                        connections,
                        attempts,
                        courses(config.records()),
                        guards(config.records()),
                        new MoveMeters(config.meters())));
    }

    private static MovingActivities.Guards guards(RunRecords records) {
        LoadMemory memory = new LoadMemory();
        return (info, order) -> new LoadGuard(
                memory,
                order.terms().thresholds().orElseGet(() -> records.of(info.getWorkflowId(), info.getWorkflowRunId())
                        .map(record -> record.request().thresholds())
                        .orElse(Thresholds.DEFAULT)),
                order.mode());
    }

    private static MovingActivities.Courses courses(RunRecords records) {
        return info -> records.of(info.getWorkflowId(), info.getWorkflowRunId())
                .map(record -> new Course(record.plan(), !record.predecessors().isEmpty()));
    }

    private static Predecessors predecessors(RunRecords records) {
        return (workflowId, runId) ->
                records.of(workflowId, runId).map(RunRecord::predecessors).orElse(List.of());
    }
}
