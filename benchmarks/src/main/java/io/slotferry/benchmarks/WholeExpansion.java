package io.slotferry.benchmarks;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.workflows.contract.ExpandResult;
import io.temporal.client.WorkflowException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * {@code slotferry expand --mode FAST}, from the first batch's start to the last's end, with a Temporal server and a worker that
 * live from the first move until this is closed. Nobody follows the run ({@code --detach}), as nobody follows the mover alone.
 */
final class WholeExpansion implements Contender {
    private static final String TASK_QUEUE = "slotferry-benchmark";
    /** Far more than any shape takes. A run that halts and asks has no result, and nobody answers here. */
    private static final Duration LONGEST = Duration.ofMinutes(20);

    private final int batchSlots;
    private Optional<Stage> stage = Optional.empty();
    private int runs;

    WholeExpansion(int batchSlots) {
        this.batchSlots = batchSlots;
    }

    /** What stands while runs come and go. */
    private record Stage(Path folder, LocalTemporal temporal, WorkerProcess worker, TemporalLink link)
            implements AutoCloseable {
        static Stage set() {
            try {
                Path folder = Files.createTempDirectory("slotferry-benchmark-");
                LocalTemporal temporal = LocalTemporal.builder()
                        .folder(folder.resolve("temporal"))
                        .start();
                try {
                    WorkerProcess worker = WorkerProcess.start(
                            "worker", temporal, new WorkerProcess.Settings(TASK_QUEUE, folder, Map.of()));
                    return new Stage(folder, temporal, worker, TemporalLink.to(temporal));
                } catch (RuntimeException e) {
                    temporal.close();
                    throw e;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            link.close();
            worker.close();
            temporal.close();
            try (Stream<Path> files = Files.walk(folder)) {
                List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
                for (Path file : all) {
                    Files.deleteIfExists(file);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public String name() {
        return "slotferry expand, FAST, KEYS";
    }

    @Override
    public boolean livesOn() {
        return true;
    }

    @Override
    public Duration move(Twin twin) {
        if (stage.isEmpty()) {
            stage = Optional.of(Stage.set());
        }
        String workflowId = "expand-benchmark-" + ++runs;
        begin(twin, stage.get(), workflowId);
        return result(stage.get(), workflowId).moved().reshard();
    }

    private static ExpandResult result(Stage at, String workflowId) {
        try {
            return at.link()
                    .client()
                    .newUntypedWorkflowStub(workflowId)
                    .getResult(LONGEST.toSeconds(), TimeUnit.SECONDS, ExpandResult.class);
        } catch (TimeoutException | WorkflowException e) {
            throw new IllegalStateException(
                    workflowId + " has no result. The worker's log:\n"
                            + at.worker().logTail(20),
                    e);
        }
    }

    private void begin(Twin twin, Stage at, String workflowId) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(WorkerProcess.environment(at.temporal(), at.folder()));
        StringWriter said = new StringWriter();
        CommandLine command = new CommandLine(new ExpandCommand(environment));
        command.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        int exit = command.execute(
                "--name",
                workflowId,
                "--seed",
                twin.sources().stream().map(LocalNode::address).collect(Collectors.joining(",")),
                "--add-master",
                twin.target().address(),
                "--backup",
                "none",
                "--mode",
                "fast",
                "--migration",
                "keys",
                "--batch-slots",
                String.valueOf(batchSlots),
                // The twins have no replicas, so that all of the machine is for moving.
                "--accept",
                "master-without-replica",
                "--task-queue",
                TASK_QUEUE,
                "--workflow-id",
                workflowId,
                "--detach",
                "--yes");
        if (exit != 0) {
            throw new IllegalStateException("It was not started, exit code " + exit + ":\n" + said
                    + "\nThe worker's log:\n" + at.worker().logTail(20));
        }
    }

    @Override
    public void close() {
        stage.ifPresent(Stage::close);
        stage = Optional.empty();
    }
}
