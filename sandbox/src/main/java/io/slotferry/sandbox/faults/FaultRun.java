package io.slotferry.sandbox.faults;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.slotferry.sandbox.Audit;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.TemporalLink;
import io.slotferry.sandbox.Traffic;
import io.slotferry.sandbox.TrafficReport;
import io.slotferry.sandbox.faults.RunEnd.State;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.TemporalProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** One run from its beginning to the judgement of it. */
final class FaultRun {
    private static final Duration FOR_THE_FAULTS = Duration.ofSeconds(90);
    private static final Duration FOR_REST = Duration.ofSeconds(45);
    private static final int RATE = 250;
    private static final int TRAFFIC_KEYS = 1_500;

    private final FaultScript script;
    private final ServerBinary server;
    private final TemporalProcess temporal;
    private final Path folder;
    private final Journal journal = new Journal();

    /**
     * What came of it.
     *
     * @param lostByReplication keys that the servers lost by themselves
     * @param passedOver strikes that found nothing to strike
     */
    record Verdict(
            FaultScript script,
            String server,
            RunEnd end,
            List<String> violations,
            int lostByReplication,
            List<String> halts,
            long passedOver,
            Duration took) {
        boolean passed() {
            return violations.isEmpty();
        }
    }

    FaultRun(FaultScript script, ServerBinary server, TemporalProcess temporal, Path folder) {
        this.script = script;
        this.server = server;
        this.temporal = temporal;
        this.folder = folder;
    }

    Journal journal() {
        return journal;
    }

    /** Plays the script and judges what came of it. What was left behind lies in the folder. */
    Verdict play() {
        long began = System.nanoTime();
        journal.note("seed " + script.seed() + " on " + server + ": " + script.shape());
        try (FaultStage stage = FaultStage.start(script.shape(), server, temporal, folder);
                TemporalLink link = TemporalLink.to(temporal)) {
            Dataset dataset = Dataset.of(script.shape().keys()).ofMixedTypes();
            dataset.fill(stage.access());
            try (SlotWatch watch = new SlotWatch(stage.nodes());
                    Traffic traffic = Traffic.on(stage.access())
                            .keys(TRAFFIC_KEYS)
                            .rate(RATE)
                            .seed(script.seed())
                            .reading(dataset)
                            .start("all the while")) {
                return play(stage, link, watch, traffic, dataset, began);
            }
        }
    }

    private Verdict play(
            FaultStage stage, TemporalLink link, SlotWatch watch, Traffic traffic, Dataset dataset, long began) {
        Portrait before = Portrait.take(stage.nodes());
        Operator operator = new Operator(link, "expand-" + stage.taskQueue(), stage.taskQueue(), journal);
        Steering steering = new Steering(operator, script.rollsBack(), new TwinMasters(stage::node, journal), journal);
        Strikes strikes = new Strikes(stage, script.shape(), steering, journal);
        try (Striker striker = new Striker(journal)) {
            operator.start(request(stage));
            striker.play(script.strikes(), strikes::arm, steering::over);
            until(FOR_THE_FAULTS, () -> {
                boolean closed = steering.look(false);
                if (closed || steering.reshards()) {
                    striker.reshards();
                }
                return striker.isDone();
            });
        }
        stage.restore();
        journal.note("all is quiet");
        until(FOR_REST, () -> {
            strikes.mendCrashes();
            return stage.unrest().isEmpty();
        });
        steering.rested();
        awaitEnd(steering, operator, strikes);
        if (script.undone() && steering.end().state() == State.COMPLETED) {
            steering.undo();
            awaitEnd(steering, operator, strikes);
        }
        RunEnd end = steering.end();
        journal.note("ended: " + end + ": " + end.reason().replace("\n", " | ") + "; next: " + end.next());
        if (end.state() == State.HALTED || end.state() == State.STUCK) {
            operator.terminate();
        }
        until(FOR_REST, () -> stage.unrest().isEmpty());
        TrafficReport clients = traffic.stop();
        watch.close();
        Timeline timeline = watch.timeline();
        Portrait after = Portrait.take(stage.nodes());
        Losses losses = Losses.tell(
                new Audit(stage.access())
                        .traffic(traffic)
                        .dataset(dataset)
                        .keeping(Integer.MAX_VALUE)
                        .run()
                        .findings(),
                after.open(),
                end.leavesDisputedSlots() ? after.open() : Set.of(),
                traffic.acknowledged(),
                timeline,
                strikes.windows(timeline));
        Evidence evidence = new Evidence(
                addresses(stage.cluster().nodes()),
                addresses(stage.newMasters()),
                addresses(stage.newReplicas()),
                before,
                after,
                timeline,
                end.state() == State.COMPLETED && !script.has(FaultKind.RESET)
                        ? end.repeating(operator.repeated())
                        : end,
                steering.halts(),
                Foreseen.without(
                        strikes.moved(),
                        operator.plan(),
                        after.claims(after.nodes().keySet()),
                        timeline::shard),
                stage.unrest(),
                losses,
                errors(clients, timeline));
        List<String> violations = Judge.violations(evidence);
        losses.byReplication().forEach((window, keys) -> journal.note("lost by the servers: " + keys + ", " + window));
        violations.forEach(violation -> journal.note("BROKEN: " + violation));
        return new Verdict(
                script,
                server.toString(),
                end,
                violations,
                losses.replicated(),
                steering.halts(),
                journal.entries().stream()
                        .filter(entry -> entry.what().startsWith("passed over"))
                        .count(),
                Duration.ofNanos(System.nanoTime() - began));
    }

    /**
     * Where nothing befell a node, clients see redirections alone, and read what was written. They give up on TRYAGAIN where
     * a half-moved slot waits for a worker: that is what Redis answers for as long as it waits.
     */
    private List<String> errors(TrafficReport clients, Timeline timeline) {
        if (script.strikesNodes() || !timeline.takeovers().isEmpty()) {
            return List.of();
        }
        List<String> errors = new ArrayList<>();
        clients.errors().stream()
                .filter(error -> !error.kind().equals("TRYAGAIN"))
                .forEach(error -> errors.add(error.toString()));
        clients.wrongReads().forEach(read -> errors.add("read: " + read));
        return errors;
    }

    private static Set<String> addresses(List<LocalNode> nodes) {
        return nodes.stream().map(LocalNode::address).collect(Collectors.toSet());
    }

    private ObjectNode request(FaultStage stage) {
        RunShape shape = script.shape();
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        ObjectNode cluster = request.putObject("cluster").put("name", stage.taskQueue());
        stage.cluster().nodes().forEach(node -> cluster.withArray("seeds").add(node.address()));
        if (shape.password()) {
            cluster.put("credentials", FaultStage.CREDENTIALS);
        }
        ObjectNode add = request.putObject("add");
        stage.newMasters().forEach(node -> add.withArray("masters").add(node.address()));
        stage.newReplicas().forEach(node -> add.withArray("replicas").add(node.address()));
        request.put("backup", "none").put("approval", "NONE").put("attachReplicas", shape.attachReplicas());
        request.putObject("batch")
                .put("slots", shape.batchSlots())
                .put("lanes", shape.lanes())
                .put("migration", shape.migration());
        request.put("onFailure", script.onFailure());
        ObjectNode pacing = request.putObject("pacing").put("mode", shape.fast() ? "FAST" : "STEADY");
        if (!shape.fast()) {
            pacing.put("pause", "PT" + shape.pauseSeconds() + "S");
        }
        if (!shape.replicas()) {
            request.putArray("accept").add("master-without-replica");
        }
        return request;
    }

    /** Until it is over, or stuck. */
    private void awaitEnd(Steering steering, Operator operator, Strikes strikes) {
        Stillness stillness = new Stillness(Instant.now());
        while (!steering.look(true)) {
            strikes.mendCrashes();
            if (stillness.lasts(operator.sign(), Instant.now())) {
                journal.note("stuck: " + operator.pending());
                return;
            }
            pause();
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(Duration limit, Condition condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.holds() && System.nanoTime() < deadline) {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(300);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The run was interrupted", e);
        }
    }
}
