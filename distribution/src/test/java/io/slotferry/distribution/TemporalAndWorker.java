package io.slotferry.distribution;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.TemporalProcess;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A real Temporal server and a worker in a process of its own, for one test or for many. */
final class TemporalAndWorker implements AutoCloseable {
    /** For JVMs that live for a minute or two: to compile better costs more there than it saves. */
    static final Map<String, String> SHORT_LIVED = Map.of("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1");

    /** Credentials that the worker knows, by name. */
    static final Map<String, String> CREDENTIALS = Map.of(
            "SLOTFERRY_CREDENTIALS_PLAIN_PASSWORD", "s3cret one",
            "SLOTFERRY_CREDENTIALS_ACL_USERNAME", "grower",
            "SLOTFERRY_CREDENTIALS_ACL_PASSWORD", "s3cret two");

    private final TemporalProcess temporal;
    private final TemporalLink link;
    private final Path folder;
    private WorkerProcess worker;
    private int workers;

    private TemporalAndWorker(TemporalProcess temporal, Path folder) {
        this.temporal = temporal;
        this.link = TemporalLink.to(temporal);
        this.folder = folder;
    }

    static TemporalAndWorker start() {
        TemporalAndWorker backstage = withoutWorker();
        backstage.startWorker();
        return backstage;
    }

    /** For tests whose workers are of their own making. */
    static TemporalAndWorker withoutWorker() {
        try {
            return new TemporalAndWorker(
                    LocalTemporal.builder().startProcess(), Files.createTempDirectory("slotferry-backstage-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts another worker. */
    void startWorker() {
        Map<String, String> environment = new HashMap<>(CREDENTIALS);
        environment.putAll(SHORT_LIVED);
        worker = WorkerProcess.start(
                "worker-" + ++workers, temporal, new WorkerProcess.Settings("slotferry", folder, environment));
    }

    WorkerProcess worker() {
        return worker;
    }

    TemporalProcess temporal() {
        return temporal;
    }

    TemporalLink link() {
        return link;
    }

    /** Why the activities that a run has in hand are tried again, each by its last failure. */
    Stream<String> triedAgain(String workflowId) {
        return pending(workflowId).stream()
                .map(activity -> activity.getLastFailure().getMessage());
    }

    /** The activities that a run has in hand. */
    List<PendingActivityInfo> pending(String workflowId) {
        return link.client()
                .getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(link.client().getOptions().getNamespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(workflowId))
                        .build())
                .getPendingActivitiesList();
    }

    /** Where the workers leave reports and the states of runs. */
    Path reports() {
        return folder.resolve("reports");
    }

    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(WorkerProcess.environment(temporal, folder));
        environment.put("TERM", "dumb");
        return environment;
    }

    @Override
    public void close() {
        if (worker != null) {
            worker.close();
        }
        link.close();
        temporal.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
