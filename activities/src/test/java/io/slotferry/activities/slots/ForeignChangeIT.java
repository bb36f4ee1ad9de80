package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.Planner;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** What somebody else does to the cluster with redis-cli while batches move. */
@Execution(ExecutionMode.CONCURRENT)
class ForeignChangeIT {
    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-7.0");
    }

    /** A plan under way: its first batch is moved. */
    private static final class Expansion implements AutoCloseable {
        final GrownCluster cluster;
        final Plan plan;
        private long turn;

        Expansion(ServerBinary server) {
            this(GrownCluster.on(server));
        }

        Expansion(GrownCluster grown) {
            cluster = grown;
            cluster.fill(2_000, 40);
            var seen = cluster.reader().agreed(cluster.access).cluster();
            plan = ((PlanOutcome.Planned) Planner.plan(new PlanOrder(
                            seen,
                            List.of(GrownCluster.member(cluster.target)),
                            List.of(),
                            20,
                            AttachOrder.AFTER_RESHARD,
                            Map.of(),
                            Duration.ZERO,
                            "request")))
                    .plan();
            assertThat(move(1, call -> {})).isEmpty();
        }

        /** Moves the batch of this number; answers the halt, if it halts. */
        Optional<Halt> move(int number, Consumer<Call> meddling) {
            return move(order(number), meddling);
        }

        Optional<Halt> move(BatchOrder order, Consumer<Call> meddling) {
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, meddling);
            Halted halted = catchThrowableOfType(
                    Halted.class, () -> new BatchMover(new ClusterReader(nodes), Optional.of(new Course(plan, false)))
                            .move(order, new FreeLifeline(++turn, 1, Optional.empty())));
            return Optional.ofNullable(halted).map(Halted::halt);
        }

        BatchOrder order(int number) {
            return cluster.order(plan, number);
        }

        /** The same with lanes that do not move side by side: while one of them is held up, nothing else moves. */
        BatchOrder orderLaneByLane(int number) {
            BatchOrder order = order(number);
            return new BatchOrder(order.access(), number, 1, order.mode(), order.moves());
        }

        SlotRanges slotsOf(int number) {
            return plan.batches().get(number - 1).lanes().get(0).slots();
        }

        /** Halts before the next batch, and nothing of it was begun. */
        Halt haltAtTheGate() {
            List<String> changes = new ArrayList<>();
            Halt halt = move(2, call -> changes.add(call.method())).orElseThrow();
            assertThat(changes).isEmpty();
            return halt;
        }

        /** Runs redis-cli, whatever its end; what counts is what it did. */
        String cli(String... arguments) {
            List<String> command = new ArrayList<>();
            command.add(cluster.source.binary().cli().orElseThrow().toString());
            command.addAll(List.of(arguments));
            try {
                Process process =
                        new ProcessBuilder(command).redirectErrorStream(true).start();
                process.getOutputStream().close();
                String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                process.waitFor();
                return said;
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            cluster.close();
        }
    }

    private static Expansion expansion(WantedServer wanted) {
        return new Expansion(wanted.orSkip(TestAbortedException::new));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_that_somebody_moved_are_seen_at_the_next_gate_wherever_they_went(WantedServer wanted) {
        try (Expansion expansion = expansion(wanted)) {
            GrownCluster cluster = expansion.cluster;
            SlotRanges first = expansion.slotsOf(1);

            // Back where it came from, a slot of a batch that is done.
            int undone = first.stream().findFirst().orElseThrow();
            cluster.moveByHand(undone, cluster.target, ownerBefore(expansion, undone));
            Halt back = expansion.haltAtTheGate();
            assertThat(back.kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(back.evidence())
                    .singleElement()
                    .isEqualTo(
                            "slots " + undone + " of batch 1, which this run moved, are not at their target any more");
            cluster.moveByHand(undone, ownerBefore(expansion, undone), cluster.target);

            // To its target before its turn.
            int early = expansion.slotsOf(3).stream().findFirst().orElseThrow();
            cluster.moveByHand(early, ownerBefore(expansion, early), cluster.target);
            assertThat(expansion.haltAtTheGate().evidence())
                    .singleElement()
                    .isEqualTo("slots " + early
                            + " of batch 3, which this run has not begun, are at their target already");
            // The way back does not mind.
            assertThat(expansion.move(expansion.order(2).going(BatchOrder.Way.BACK), call -> {}))
                    .isEmpty();
            cluster.moveByHand(early, cluster.target, ownerBefore(expansion, early));

            // Where no plan puts it.
            cluster.moveByHand(16_383, cluster.other, cluster.source);
            Halt foreign = expansion.move(3, call -> {}).orElseThrow();
            assertThat(foreign.kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(foreign.evidence())
                    .singleElement()
                    .isEqualTo("slots 16383 belong to " + GrownCluster.member(cluster.source)
                            + ", where this run never puts them");
            // A run that ends finishes what it has in hand all the same.
            assertThat(expansion.move(expansion.order(3).going(BatchOrder.Way.SETTLE), call -> {}))
                    .isEmpty();
            cluster.moveByHand(16_383, cluster.source, cluster.other);

            assertThat(expansion.move(4, call -> {})).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_node_that_somebody_added_or_took_away_is_seen_at_the_next_gate(WantedServer wanted) {
        try (Expansion expansion = expansion(wanted)) {
            GrownCluster cluster = expansion.cluster;
            LocalNode added = cluster.cluster.startSpare();
            expansion.cli("--cluster", "add-node", added.address(), cluster.source.address());
            cluster.cluster.awaitReady(List.of(cluster.source, cluster.other, cluster.target, added));

            Halt halt = expansion.haltAtTheGate();
            assertThat(halt.kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(halt.evidence())
                    .containsExactly(
                            GrownCluster.member(added) + " was added: it was no member when the plan was made");

            expansion.cli("--cluster", "del-node", cluster.source.address(), added.nodeId());
            assertThat(expansion.move(2, call -> {})).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void an_old_member_that_somebody_deleted_is_named_at_the_next_gate(WantedServer wanted) {
        try (Expansion expansion = new Expansion(GrownCluster.withReplicas(wanted.orSkip(TestAbortedException::new)))) {
            LocalNode replica = expansion.cluster.cluster.replicas().get(1);
            expansion.cli("--cluster", "del-node", expansion.cluster.source.address(), replica.nodeId());

            Halt halt = expansion.haltAtTheGate();

            assertThat(halt.kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(halt.evidence()).containsExactly(GrownCluster.member(replica) + " is not a member any more");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_somebody_opened_is_named_and_left_as_it_is(WantedServer wanted) {
        try (Expansion expansion = expansion(wanted);
                Jedis other = expansion.cluster.other.jedis()) {
            expansion.cli(
                    "-p",
                    Integer.toString(expansion.cluster.other.port()),
                    "cluster",
                    "setslot",
                    "16383",
                    "migrating",
                    expansion.cluster.source.nodeId());

            Halt halt = expansion.haltAtTheGate();

            assertThat(halt.kind()).isEqualTo(FailureKind.FOREIGN_OPEN_SLOT);
            assertThat(halt.evidence().get(0)).contains(expansion.cluster.other.address(), "16383 migrating");
            assertThat(other.clusterNodes()).contains("[16383->-" + expansion.cluster.source.nodeId() + "]");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void somebody_who_runs_a_fix_in_the_middle_of_a_slot_is_noticed_and_no_key_is_lost(WantedServer wanted) {
        try (Expansion expansion = expansion(wanted)) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicReference<String> fixed = new AtomicReference<>();
            Halt halt = expansion
                    .move(expansion.orderLaneByLane(2), call -> {
                        if (call.method().equals("look") && done.compareAndSet(false, true)) {
                            fixed.set(expansion.cli("--cluster", "fix", expansion.cluster.source.address()));
                        }
                    })
                    .orElseThrow();

            assertThat(fixed.get()).contains("Fixing open slot");
            assertThat(halt.kind()).as(halt.text()).isIn(FailureKind.OPEN_SLOT_LOST, FailureKind.MIGRATE_FAILED);
            assertThat(halt.evidence()).isNotEmpty();
            // The fix finished the slots that were open, so that a retry does the rest.
            assertThat(expansion.move(2, call -> {})).isEmpty();
            try (Jedis source = expansion.cluster.source.jedis();
                    Jedis other = expansion.cluster.other.jedis();
                    Jedis target = expansion.cluster.target.jedis()) {
                assertThat(source.dbSize() + other.dbSize() + target.dbSize()).isEqualTo(2_000);
            }
        }
    }

    private static LocalNode ownerBefore(Expansion expansion, int slot) {
        return slot < 8_192 ? expansion.cluster.source : expansion.cluster.other;
    }
}
