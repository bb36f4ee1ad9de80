package io.slotferry.activities;

import io.slotferry.activities.attempt.StopSignal;
import io.slotferry.activities.credentials.Credentials;
import io.slotferry.activities.joining.JoiningActivities;
import io.slotferry.activities.looking.LookingActivities;
import io.slotferry.activities.recording.RunRecords;
import io.slotferry.activities.redis.Connections;
import io.slotferry.activities.redis.RespNodes;
import io.slotferry.activities.slots.Course;
import io.slotferry.activities.slots.MovingActivities;
import java.util.List;

/** All activities on real nodes, ready to be registered with a worker. */
public final class NodeActivities {
    private NodeActivities() {}

    /**
     * What they need of the worker.
     *
     * @param stop by which the worker says that it is stopping
     * @param records where an activity finds what its own run wrote down before its first change
     */
    public record Config(Credentials credentials, StopSignal stop, RunRecords records) {}

    /** One object for each interface of the contract that speaks of nodes. */
    public static List<Object> all(Config config) {
        Connections connections = access -> RespNodes.with(config.credentials(), access.credentials());
        return List.of(
                new LookingActivities(connections, config.stop()),
                new JoiningActivities(connections, config.stop()),
                new MovingActivities(connections, config.stop(), courses(config.records())));
    }

    private static MovingActivities.Courses courses(RunRecords records) {
        return info -> records.of(info.getWorkflowId(), info.getWorkflowRunId())
                .map(record -> new Course(record.plan(), !record.predecessors().isEmpty()));
    }
}
