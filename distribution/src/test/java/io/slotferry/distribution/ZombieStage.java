package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.slotferry.distribution.Traps.Caught;
import io.slotferry.distribution.Traps.How;
import io.slotferry.sandbox.TcpProxy;
import io.slotferry.sandbox.WorkerProcess;
import io.slotferry.servers.LocalNode;
import io.temporal.api.common.v1.WorkflowExecution;
import io.temporal.api.history.v1.HistoryEvent;
import io.temporal.api.workflow.v1.PendingActivityInfo;
import io.temporal.api.workflowservice.v1.DescribeWorkflowExecutionRequest;
import io.temporal.client.WorkflowClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.Jedis;

/** Two workers that can be caught with a command in hand, each behind a wire to Temporal that can be cut. */
final class ZombieStage implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    /** Some attempts go to the worker that is away: its polls are open still. Each is missed after its heartbeat timeout. */
    private static final Duration OVERTAKEN_WITHIN = Duration.ofMinutes(6);

    private final TemporalAndWorker temporal;
    private final GrowingCluster orders;
    private final How how;
    private final String taskQueue = "zombies-" + NUMBERS.incrementAndGet();
    private final Path folder;
    private final Traps traps;
    private final Map<WorkerProcess, TcpProxy> workers = new LinkedHashMap<>();

    private ZombieStage(TemporalAndWorker temporal, GrowingCluster orders, How how) throws IOException {
        this.temporal = temporal;
        this.orders = orders;
        this.how = how;
        this.folder = Files.createTempDirectory("slotferry-zombies-");
        this.traps = new Traps(Files.createDirectory(folder.resolve("traps")));
    }

    static ZombieStage start(TemporalAndWorker temporal, GrowingCluster orders, How how) {
        try {
            ZombieStage stage = new ZombieStage(temporal, orders, how);
            stage.startWorker();
            stage.startWorker();
            return stage;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startWorker() {
        TcpProxy wire = TcpProxy.to(temporal.temporal().address());
        WorkerProcess worker = WorkerProcess.start(
                "worker-" + workers.size(),
                temporal.temporal(),
                new WorkerProcess.Settings(taskQueue, folder, environment(wire)),
                TrappedWorker.class);
        workers.put(worker, wire);
    }

    private Map<String, String> environment(TcpProxy wire) {
        Map<String, String> environment = new HashMap<>(TemporalAndWorker.SHORT_LIVED);
        environment.put("TEMPORAL_ADDRESS", wire.address());
        environment.put(TrappedWorker.TRAPS, traps.folder().toString());
        return environment;
    }

    Traps traps() {
        return traps;
    }

    /** Options of an expansion that these workers carry out, with more of them. */
    String[] options(String... more) {
        return Stream.concat(
                        Stream.of("--task-queue", taskQueue, "--pause", "PT1S", "--accept", "master-without-replica"),
                        Stream.of(more))
                .toArray(String[]::new);
    }

    void arm(String... commands) {
        for (String command : commands) {
            traps.arm(command, how);
        }
    }

    /** Waits until the trap has caught a worker and another one has done that activity; then the caught one goes on. */
    void overtake(String command, String activity) {
        overtakeBy(command, activity, () -> {});
    }

    /** The same, with something that happens before the caught worker goes on. */
    void overtakeBy(String command, String activity, Runnable meanwhile) {
        Caught caught = traps.awaitCaught(command);
        WorkerProcess zombie = workers.keySet().stream()
                .filter(worker -> worker.pid() == caught.pid())
                .findFirst()
                .orElseThrow();
        if (how == How.HOLD) {
            workers.get(zombie).cut();
        }
        // Where this test comes late the other worker has done it by now.
        assertThat(begun(activity)).as(activity + " has begun").isTrue();
        Optional<String> pending = pending().stream()
                .filter(info -> info.getActivityType().getName().equals(activity))
                .map(PendingActivityInfo::getActivityId)
                .findFirst();
        meanwhile.run();
        Awaitility.await(activity + " by another worker")
                .pollInterval(Duration.ofMillis(250))
                .atMost(OVERTAKEN_WITHIN)
                .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
                .until(() -> pending().stream()
                        .map(PendingActivityInfo::getActivityId)
                        .noneMatch(other -> pending.equals(Optional.of(other))));

        Map<LocalNode, Long> ends = CommandLog.ends(nodes());
        traps.release(command);
        zombie.resume();
        assertThat(traps.awaitOutcome(command))
                .as(() -> command + " of " + caught + evidence())
                .startsWith("failed");
        workers.get(zombie).mend();
        assertThat(CommandLog.changesAfter(ends, caught.connection())).isEmpty();
    }

    private String evidence() {
        return "\nchanges:\n  "
                + String.join(
                        "\n  ",
                        nodes().stream()
                                .flatMap(node -> CommandLog.changes(node).stream())
                                .map(Object::toString)
                                .filter(line -> !line.contains("MIGRATE") && !line.contains("SETSLOT"))
                                .toList())
                + workers.keySet().stream()
                        .map(worker -> "\n" + worker.pid() + ":\n" + worker.logTail(30))
                        .collect(Collectors.joining());
    }

    private boolean begun(String activity) {
        return temporal.link().client().fetchHistory(orders.workflowId()).getEvents().stream()
                .filter(HistoryEvent::hasActivityTaskScheduledEventAttributes)
                .map(event -> event.getActivityTaskScheduledEventAttributes()
                        .getActivityType()
                        .getName())
                .anyMatch(activity::equals);
    }

    private List<PendingActivityInfo> pending() {
        WorkflowClient client = temporal.link().client();
        return client.getWorkflowServiceStubs()
                .blockingStub()
                .describeWorkflowExecution(DescribeWorkflowExecutionRequest.newBuilder()
                        .setNamespace(client.getOptions().getNamespace())
                        .setExecution(WorkflowExecution.newBuilder().setWorkflowId(orders.workflowId()))
                        .build())
                .getPendingActivitiesList();
    }

    /** Every server, members and spares. */
    List<LocalNode> nodes() {
        List<LocalNode> nodes = new ArrayList<>(orders.cluster().nodes());
        nodes.addAll(orders.cluster().spares());
        return nodes;
    }

    /** How many nodes this one knows, itself included. */
    long known(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.clusterNodes().lines().count();
        }
    }

    @Override
    public void close() {
        workers.forEach((worker, wire) -> {
            wire.close();
            worker.kill();
        });
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
