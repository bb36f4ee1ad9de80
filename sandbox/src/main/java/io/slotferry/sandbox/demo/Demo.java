package io.slotferry.sandbox.demo;

import io.slotferry.sandbox.Audit;
import io.slotferry.sandbox.AuditReport;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.Traffic;
import io.slotferry.sandbox.TrafficReport;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.LocalTemporal;
import io.slotferry.servers.ServerBinary;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.workflows.contract.ExpandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine;

/** The demo from its beginning to its end, in order. */
final class Demo {
    static final String WORKFLOW_ID = "expand-demo";
    private static final String CLUSTER_NAME = "demo";
    private static final int OLD_SERVERS = 3;
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration QUIET_SPAN = Duration.ofSeconds(4);

    private final DemoOptions options;
    private final Narrator narrator;
    private final Stage stage;
    private final Dataset dataset;
    private final List<LocalNode> masters = new ArrayList<>();
    private final List<LocalNode> replicas = new ArrayList<>();

    Demo(DemoOptions options, Narrator narrator, Stage stage) {
        this.options = options;
        this.narrator = narrator;
        this.stage = stage;
        this.dataset = Dataset.of(options.keys());
    }

    /** Answers whether all went as it should. */
    boolean run(ServerBinary server) {
        int after = OLD_SERVERS + options.newMasters();
        narrator.say("slotferry demo: a cluster of 3 masters and 3 replicas grows to " + after + " and " + after
                + " while clients use it");
        narrator.say("");
        startCluster(server);
        startTemporal();
        startWorker();
        startNewNodes();
        fill();
        measureQuiet();
        List<Holding> before = Holding.read(stage.access());
        stage.traffic().mark(Figures.DURING);
        Optional<Crash> crash =
                options.crash() ? Optional.of(Crash.prepare(stage, masters.get(0), narrator)) : Optional.empty();
        int exit = expand();
        stage.traffic().mark(Figures.AFTER);
        crash.ifPresent(Crash::end);
        TrafficReport clients = stage.traffic().stop();
        AuditReport audit = audit();
        Figures figures = new Figures(narrator);
        boolean balanced = figures.holdings(before, audit.masters(), after);
        figures.clients(clients);
        boolean resumed = history(figures, crash);
        return figures.verdict(exit, balanced, resumed, clients, audit);
    }

    private void startCluster(ServerBinary server) {
        long began = System.nanoTime();
        stage.startCluster(server);
        String hosts = stage.loopback().several()
                ? "127.0.0.1 to 127.0.0.3, as if they were three hosts"
                : "127.0.0.1 (there are no other loopback addresses here)";
        narrator.step("Cluster", server + " on " + hosts + since(began));
        narrator.event(
                "cluster",
                Map.of(
                        "server", server.toString(),
                        "path", server.path().toString(),
                        "nodes", addresses(stage.cluster().nodes())));
    }

    private void startTemporal() {
        long began = System.nanoTime();
        stage.startTemporal();
        LocalTemporal temporal = stage.temporal();
        String what =
                switch (temporal.kind()) {
                    case CONFIGURED -> "at " + temporal.address() + ", as TEMPORAL_ADDRESS says";
                    case DEV_SERVER -> "at " + temporal.address();
                    case IN_MEMORY -> "in memory, as the last resort";
                };
        narrator.step("Temporal", what + since(began));
        temporal.missing().forEach(line -> narrator.step("", line));
        temporal.uiUrl().ifPresent(url -> narrator.step("Web UI", url));
        narrator.event(
                "temporal",
                Map.of(
                        "address", temporal.address(),
                        "kind", temporal.kind(),
                        "ui", temporal.uiUrl().orElse(""),
                        "missing", temporal.missing()));
    }

    private void startWorker() {
        long began = System.nanoTime();
        stage.startWorker();
        narrator.step("Worker", "a process of its own, " + stage.worker().pid() + since(began));
        narrator.event("worker", Map.of("pid", stage.worker().pid()));
    }

    private void startNewNodes() {
        for (int i = 0; i < options.newMasters(); i++) {
            masters.add(stage.startNode(OLD_SERVERS + 1 + options.serverOfMaster(i)));
        }
        for (int i = 0; i < options.newMasters(); i++) {
            replicas.add(stage.startNode(OLD_SERVERS + 1 + options.serverOfReplica(i)));
        }
        narrator.step("New nodes", "empty: " + String.join(", ", addresses(masters)));
        narrator.step("", "   and: " + String.join(", ", addresses(replicas)));
        narrator.event("newNodes", Map.of("masters", addresses(masters), "replicas", addresses(replicas)));
    }

    private void fill() {
        long began = System.nanoTime();
        dataset.fill(stage.access());
        narrator.step("Data", String.format("%,d keys of about 100 bytes", dataset.keys()) + since(began));
        narrator.event("data", Map.of("keys", dataset.keys()));
    }

    private void measureQuiet() {
        stage.startTraffic(Traffic.on(stage.access())
                .rate(options.rate())
                .seed(options.seed())
                .reading(dataset)
                .start(Figures.WARM_UP));
        narrator.step(
                "Clients",
                String.format(
                        "%,d calls a second from now on, to keys of every type; first %d s in peace",
                        options.rate(), WARM_UP.plus(QUIET_SPAN.multipliedBy(2)).toSeconds()));
        sleep(WARM_UP);
        stage.traffic().mark(Figures.BEFORE);
        sleep(QUIET_SPAN);
        stage.traffic().mark(Figures.BEFORE_AGAIN);
        sleep(QUIET_SPAN);
    }

    private int expand() {
        List<String> arguments = arguments();
        narrator.heading("The pause between batches is " + options.pause()
                + " here, to keep this short; the runbook has PT10S.");
        narrator.heading("$ slotferry expand \\");
        narrator.say("    " + String.join(" ", arguments).replace(" --", " \\\n    --"));
        narrator.say("");
        narrator.event("expand", Map.of("arguments", arguments));
        if (narrator.json()) {
            arguments.add("--json");
        }
        CommandLine command = new CommandLine(new ExpandCommand(stage.environment()));
        command.setOut(narrator.out()).setErr(narrator.err());
        return command.execute(arguments.toArray(String[]::new));
    }

    private List<String> arguments() {
        List<String> seeds = addresses(stage.cluster().masters());
        return new ArrayList<>(List.of(
                "--name",
                CLUSTER_NAME,
                "--seed",
                String.join(",", seeds),
                "--add-master",
                String.join(",", addresses(masters)),
                "--add-replica",
                String.join(",", addresses(replicas)),
                "--backup",
                "file:" + stage.backups(),
                "--restore-check",
                // Clients, servers and worker share one machine: what clients feel there says little.
                "--mode",
                "steady",
                "--pause",
                options.pause().toString(),
                "--task-queue",
                Stage.TASK_QUEUE,
                "--workflow-id",
                WORKFLOW_ID,
                "--yes"));
    }

    private AuditReport audit() {
        narrator.heading("Reading everything back ...");
        return new Audit(stage.access())
                .traffic(stage.traffic())
                .dataset(dataset)
                .run();
    }

    /** Answers false where a batch was repeated, or a crash that should have been was not. */
    private boolean history(Figures figures, Optional<Crash> crash) {
        try (TemporalLink link = TemporalLink.to(stage.temporal())) {
            BatchHistory history = BatchHistory.read(link.client(), WORKFLOW_ID);
            figures.batches(history, result(link));
            return history.repeated().isEmpty()
                    && crash.map(c -> c.explain(history)).orElse(true);
        }
    }

    /** Empty where the run is halted or failed: the expand command said why. */
    private static Optional<ExpandResult> result(TemporalLink link) {
        try {
            return Optional.of(link.client()
                    .newUntypedWorkflowStub(WORKFLOW_ID)
                    .getResult(5, java.util.concurrent.TimeUnit.SECONDS, ExpandResult.class));
        } catch (java.util.concurrent.TimeoutException | io.temporal.client.WorkflowException e) {
            return Optional.empty();
        }
    }

    private static List<String> addresses(List<LocalNode> nodes) {
        return nodes.stream().map(LocalNode::address).toList();
    }

    private static String since(long began) {
        return String.format("  (%.1f s)", (System.nanoTime() - began) / 1e9);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The demo was interrupted", e);
        }
    }
}
