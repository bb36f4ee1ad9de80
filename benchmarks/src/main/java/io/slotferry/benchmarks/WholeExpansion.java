package io.slotferry.benchmarks;

import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.sandbox.race.Contender;
import io.slotferry.sandbox.race.Twin;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.workflows.contract.ExpandResult;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;

/** {@code slotferry expand --mode FAST} with a Temporal server and a worker: from the first batch's start to the last's end. */
record WholeExpansion(int batchSlots) implements Contender {
    private static final String TASK_QUEUE = "slotferry-benchmark";
    private static final String WORKFLOW_ID = "expand-benchmark";

    @Override
    public String name() {
        return "slotferry expand, FAST";
    }

    @Override
    public Duration move(Twin twin) {
        Path folder = twin.folder();
        try (LocalTemporal temporal = LocalTemporal.builder()
                        .folder(folder.resolve("temporal"))
                        .start();
                WorkerProcess worker = WorkerProcess.start(
                        "worker", temporal, new WorkerProcess.Settings(TASK_QUEUE, folder, Map.of()));
                TemporalLink link = TemporalLink.to(temporal)) {
            expand(twin, temporal, worker);
            return link.client()
                    .newUntypedWorkflowStub(WORKFLOW_ID)
                    .getResult(ExpandResult.class)
                    .moved()
                    .reshard();
        }
    }

    private void expand(Twin twin, LocalTemporal temporal, WorkerProcess worker) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.putAll(WorkerProcess.environment(temporal, twin.folder()));
        StringWriter said = new StringWriter();
        CommandLine command = new CommandLine(new ExpandCommand(environment));
        command.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
        int exit = command.execute(
                "--name",
                "benchmark",
                "--seed",
                twin.sources().stream().map(LocalNode::address).collect(Collectors.joining(",")),
                "--add-master",
                twin.target().address(),
                "--backup",
                "none",
                "--mode",
                "fast",
                "--batch-slots",
                String.valueOf(batchSlots),
                // The twins have no replicas, so that all of the machine is for moving.
                "--accept",
                "master-without-replica",
                "--task-queue",
                TASK_QUEUE,
                "--workflow-id",
                WORKFLOW_ID,
                "--yes");
        if (exit != 0) {
            throw new IllegalStateException(
                    "It ended with exit code " + exit + ":\n" + said + "\nThe worker's log:\n" + worker.logTail(20));
        }
    }
}
