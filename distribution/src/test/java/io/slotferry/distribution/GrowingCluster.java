package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.sandbox.Access;
import io.slotferry.sandbox.Audit;
import io.slotferry.sandbox.AuditReport;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.ClientError;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.Holding;
import io.slotferry.sandbox.MidBatch;
import io.slotferry.sandbox.Traffic;
import io.slotferry.sandbox.TrafficReport;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalClusterBuilder;
import io.slotferry.servers.LocalNode;
import io.slotferry.starter.BackupCommand;
import io.slotferry.starter.ExpandCommand;
import io.slotferry.starter.RetuneCommand;
import io.slotferry.starter.RollbackCommand;
import io.slotferry.starter.ScheduleCreateCommand;
import io.slotferry.starter.StatusCommand;
import io.slotferry.workflows.contract.ExpandStatus;
import io.slotferry.workflows.contract.RunState;
import io.slotferry.workflows.contract.SlotferryJson;
import io.temporal.client.WorkflowStub;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import picocli.CommandLine;

/** A cluster of three masters and three replicas under traffic, which the command line expands. */
final class GrowingCluster implements AutoCloseable {
    private static final AtomicInteger NAMES = new AtomicInteger();

    /** A node that is silent for so long is dead, and not just one among many processes. */
    private static final Duration BUSY_MACHINE = Duration.ofSeconds(10);

    /** Latency on a busy machine is no load on the cluster: with the usual limits batches would wait until tests are over. */
    private static final String THRESHOLDS = """
            {"thresholds": {"meanLatency": "PT5S", "p99Latency": "PT10S", "replicationLag": "PT10S"}}
            """;

    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private final TemporalAndWorker backstage;
    private final LocalCluster cluster;
    private final Access access;
    private final String name = "orders-" + NAMES.incrementAndGet();
    private final List<Dataset> datasets;
    private final Traffic traffic;
    private volatile StringWriter printing = new StringWriter();

    private GrowingCluster(TemporalAndWorker backstage, LocalCluster cluster, List<Dataset> datasets) {
        this.backstage = backstage;
        this.cluster = cluster;
        this.access = Access.to(cluster);
        this.datasets = datasets;
        datasets.forEach(dataset -> dataset.fill(access));
        this.traffic = Traffic.on(access)
                .keys(2_000)
                .rate(400)
                .reading(datasets.get(0))
                .start("all the while");
    }

    static GrowingCluster start(TemporalAndWorker backstage, LocalClusterBuilder described, Dataset... datasets) {
        LocalCluster cluster = described
                .hosts("127.0.0.1", "127.0.0.2", "127.0.0.3")
                .nodeTimeout(BUSY_MACHINE)
                .start();
        try {
            return new GrowingCluster(backstage, cluster, List.of(datasets));
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Starts an empty node on host 127.0.0.N; nothing waits for it. */
    LocalNode startNode(int host) {
        return cluster.startSpare("127.0.0." + host);
    }

    LocalCluster cluster() {
        return cluster;
    }

    List<Holding> holdings() {
        return Holding.read(access);
    }

    String workflowId() {
        return "expand-" + name;
    }

    /** How the command ended, and what it printed. */
    record Outcome(int exit, List<JsonNode> events, String text) {
        JsonNode event(String kind) {
            return events.stream()
                    .filter(event -> event.path("event").asText().equals(kind))
                    .reduce((first, second) -> second)
                    .orElseThrow(() -> new AssertionError("no event " + kind + " in " + events + "\n" + text));
        }
    }

    /** Expands by these nodes and waits for the end; more options come after those that a request needs. */
    Outcome expand(List<LocalNode> masters, List<LocalNode> replicas, String... options) {
        return expandAs(name, masters, replicas, options);
    }

    /** The same on the Temporal server and worker of another stage. */
    Outcome expandOn(TemporalAndWorker stage, List<LocalNode> masters, List<LocalNode> replicas, String... options) {
        return expand(stage, name, masters, replicas, options);
    }

    /** The same under another name of the cluster. */
    Outcome expandAs(String clusterName, List<LocalNode> masters, List<LocalNode> replicas, String... options) {
        return expandBy(backstage, clusterName, masters, replicas, options);
    }

    /** The same on another Temporal server. */
    Outcome expandBy(
            TemporalAndWorker temporal,
            String clusterName,
            List<LocalNode> masters,
            List<LocalNode> replicas,
            String... options) {
        return expand(temporal, clusterName, masters, replicas, options);
    }

    private Outcome expand(
            TemporalAndWorker stage,
            String clusterName,
            List<LocalNode> masters,
            List<LocalNode> replicas,
            String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "--file",
                thresholds().toString(),
                "--name",
                clusterName,
                "--seed",
                cluster.masters().get(1).address(),
                "--add-master",
                addresses(masters),
                "--add-replica",
                addresses(replicas),
                "--backup",
                "none",
                // What clients feel on a machine that runs all tests says nothing.
                "--mode",
                "steady",
                "--pause",
                "PT0S",
                "--yes",
                "--json"));
        for (int i = 0; i < options.length; i++) {
            int given = arguments.indexOf(options[i]);
            if (given >= 0) {
                arguments.set(given + 1, options[++i]);
            } else {
                arguments.add(options[i]);
            }
        }
        StringWriter err = new StringWriter();
        printing = err;
        return run(new ExpandCommand(stage.environment()), arguments, err);
    }

    private Path thresholds() {
        try {
            return Files.writeString(cluster.folder().resolve("request.json"), THRESHOLDS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the expansion that was started last has told people so far. */
    String soFar() {
        return printing.toString();
    }

    /** Gives the run of this cluster a word, as its operator does. */
    void word(String word) {
        run().update(word, Object.class, Map.of("by", "a test"));
    }

    /** Waits until the run of this cluster is in this state. */
    void awaitState(RunState state) {
        Awaitility.await(state.toString())
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(250))
                .ignoreExceptions()
                .until(() -> run().query("status", ExpandStatus.class).state() == state);
    }

    /**
     * Waits until a new master has more slots than the batches before have brought: the next one is half moved then. That is
     * asked of the node alone, so that the moment is not over before it is noticed.
     */
    static void awaitSlots(LocalNode master, int moreThan, CompletableFuture<Outcome> running) {
        Awaitility.await("more than " + moreThan + " slots")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> running.isDone() || MidBatch.slots(master) > moreThan);
        assertThat(running)
                .as(() -> "it ended before: " + running.join().text())
                .isNotDone();
    }

    /** The run of this cluster. */
    WorkflowStub run() {
        return runOn(backstage);
    }

    /** The same on the Temporal server of another stage. */
    WorkflowStub runOn(TemporalAndWorker stage) {
        return stage.link().client().newUntypedWorkflowStub(workflowId());
    }

    /** Makes a schedule that expands by these nodes. */
    Outcome schedule(String id, List<LocalNode> masters, List<LocalNode> replicas, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                id,
                "--file",
                thresholds().toString(),
                "--name",
                name,
                "--seed",
                cluster.masters().get(1).address(),
                "--add-master",
                addresses(masters),
                "--add-replica",
                addresses(replicas),
                "--backup",
                "none",
                "--json"));
        arguments.addAll(List.of(options));
        return run(new ScheduleCreateCommand(backstage.environment()), arguments);
    }

    /** Where the run of this cluster stands. */
    Outcome status() {
        return run(new StatusCommand(backstage.environment()), List.of(name, "--json"));
    }

    /** Changes how the run of this cluster goes on. */
    Outcome retune(String... options) {
        List<String> arguments = new ArrayList<>(List.of(name, "--json"));
        arguments.addAll(List.of(options));
        return run(new RetuneCommand(backstage.environment()), arguments);
    }

    /** Backs this cluster up, and nothing else. */
    Outcome backUp(String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("--name", name, "--seed", cluster.masters().get(1).address(), "--json"));
        arguments.addAll(List.of(options));
        return run(new BackupCommand(backstage.environment()), arguments);
    }

    /** Goes on with the closed run of this cluster, on the Temporal server and worker of a stage. */
    Outcome goOn(TemporalAndWorker stage, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--continue", name, "--json"));
        arguments.addAll(List.of(options));
        return run(new ExpandCommand(stage.environment()), arguments);
    }

    /** Undoes the closed run of this cluster, on the Temporal server and worker of a stage. */
    Outcome rollBack(TemporalAndWorker stage, String... options) {
        List<String> arguments = new ArrayList<>(List.of("--of", name, "--json"));
        arguments.addAll(List.of(options));
        return run(new RollbackCommand(stage.environment()), arguments);
    }

    /** Asks the run of this cluster to go back. */
    Outcome rollback() {
        return run(new RollbackCommand(backstage.environment()), List.of(name, "--json"));
    }

    private static Outcome run(Object command, List<String> arguments) {
        return run(command, arguments, new StringWriter());
    }

    private static Outcome run(Object command, List<String> arguments, StringWriter err) {
        StringWriter out = new StringWriter();
        CommandLine line = new CommandLine(command);
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exit = line.execute(arguments.toArray(String[]::new));
        return new Outcome(
                exit, out.toString().lines().map(GrowingCluster::json).toList(), err.toString());
    }

    private static String addresses(List<LocalNode> nodes) {
        return nodes.stream().map(LocalNode::address).collect(Collectors.joining(","));
    }

    private static JsonNode json(String line) {
        try {
            return SlotferryJson.mapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not a line of JSON: " + line, e);
        }
    }

    BatchHistory history() {
        return BatchHistory.read(backstage.link().client(), workflowId());
    }

    /** Stops the traffic and reads everything back: clients saw no error and no wrong value, and no write is lost. */
    AuditReport assertNothingLost() {
        return assertNothingLost(Set.of());
    }

    /**
     * The same where slots stood open that nobody moved for a while: a command of several keys, some of which have moved, is
     * answered TRYAGAIN for as long as that lasts, and a client that gives up says so.
     */
    AuditReport assertNothingLostThroughAStandstill() {
        return assertNothingLost(Set.of("TRYAGAIN"));
    }

    private AuditReport assertNothingLost(Set<String> forgiven) {
        TrafficReport clients = traffic.stop();
        Audit audit = new Audit(access).traffic(traffic);
        datasets.forEach(audit::dataset);
        AuditReport report = audit.run();
        assertThat(clients.errors()).extracting(ClientError::kind).isSubsetOf(forgiven);
        assertThat(clients.wrongReads()).isEmpty();
        assertThat(clients.writes()).isGreaterThan(2_000);
        assertThat(report.passed()).as(report.toString()).isTrue();
        return report;
    }

    /** Stops the traffic and reads everything back; a failover may have cost clients errors, and writes. */
    AuditReport audit() {
        traffic.stop();
        Audit audit = new Audit(access).traffic(traffic).keeping(1_000);
        datasets.forEach(audit::dataset);
        return audit.run();
    }

    /** Every old and new node is there, each master with its even share and as many replicas as the others. */
    void assertBalanced(int masters) {
        assertThat(holdings())
                .hasSize(masters)
                .extracting(Holding::slots)
                .allMatch(slots -> slots == 16_384 / masters || slots == 16_384 / masters + 1);
        cluster.awaitReady(Stream.concat(cluster.nodes().stream(), cluster.spares().stream())
                .toList());
    }

    @Override
    public void close() {
        traffic.close();
        cluster.close();
    }
}
