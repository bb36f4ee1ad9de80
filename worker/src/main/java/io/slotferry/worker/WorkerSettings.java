package io.slotferry.worker;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.slotferry.activities.recording.RecordingActivities;
import io.slotferry.workflows.contract.Names;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a worker is told besides how to reach Temporal.
 *
 * @param environment in which credentials are looked up by name
 * @param credentials a folder of credentials, {@code <name>/password} and {@code <name>/username}
 * @param reports where reports are written
 * @param meters where metrics are kept
 */
public record WorkerSettings(
        String taskQueue,
        Map<String, String> environment,
        Optional<Path> credentials,
        Path reports,
        MeterRegistry meters) {
    public WorkerSettings {
        environment = Map.copyOf(environment);
    }

    /** One whose metrics nobody asks for: they are kept nowhere. */
    public WorkerSettings(String taskQueue, Map<String, String> environment, Optional<Path> credentials, Path reports) {
        this(taskQueue, environment, credentials, reports, new CompositeMeterRegistry());
    }

    /** The task queue and the folders that hold unless one says otherwise. */
    public static WorkerSettings defaults(Map<String, String> environment) {
        return new WorkerSettings(
                Names.TASK_QUEUE,
                environment,
                Optional.ofNullable(environment.get("SLOTFERRY_CREDENTIALS_DIR"))
                        .filter(dir -> !dir.isBlank())
                        .map(Path::of),
                RecordingActivities.defaultReportFolder(environment));
    }
}
