package io.slotferry.benchmarks;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.workflows.contract.ExpandResult;
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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/**
 * {@code slotferry expand --mode FAST}, from the first batch's start to the last's end, with a Temporal server and a worker that
 * live from the first move until this is closed.
 */
final class WholeExpansion implements Contender {
    private static final String TASK_QUEUE = "slotferry-benchmark";

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
        expand(twin, stage.get(), workflowId);
        return stage.get()
                .link()
                .client()
                .newUntypedWorkflowStub(workflowId)
                .getResult(ExpandResult.class)
                .moved()
                .reshard();
    }

    private void expand(Twin twin, Stage at, String workflowId) {
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
                "--yes");
        if (exit != 0) {
            throw new IllegalStateException("It ended with exit code " + exit + ":\n" + said + "\nThe worker's log:\n"
                    + at.worker().logTail(20));
        }
    }

    @Override
    public void close() {
        stage.ifPresent(Stage::close);
        stage = Optional.empty();
    }
}
