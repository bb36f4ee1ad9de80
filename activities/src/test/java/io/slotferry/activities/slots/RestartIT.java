package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.slots.BatchMover.Patience;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import io.slotferry.workflows.contract.Processes;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Masters without a replica that die in the middle of a slot, and come back with or without their data. */
@Execution(ExecutionMode.CONCURRENT)
class RestartIT {
    private static final String SLOTS = "0-19";
    private static final int KEYS = 4_000;
    /** However busy the machine is: nobody holds a dead node for failing before its name is heard. */
    private static final String SLOW_TO_NOTICE = "cluster-node-timeout 60000";

    private static final Patience SHORT = new Patience(Duration.ofSeconds(5), Duration.ofSeconds(2));

    /** A server, and which end of the lane dies. */
    record Case(WantedServer wanted, String end, Function<GrownCluster, LocalNode> node) {
        @Override
        public String toString() {
            return end + " on " + wanted;
        }
    }

    static Stream<Case> ends() {
        return WantedServer.named("redis-7.0")
                .flatMap(wanted -> Stream.of(
                        new Case(wanted, "the source", cluster -> cluster.source),
                        new Case(wanted, "the target", cluster -> cluster.target)));
    }

    static Stream<WantedServer> server() {
        return WantedServer.named("redis-7.0");
    }

    /** Attempts as a run makes them: what each learnt is told to the next. */
    private static final class Attempts {
        private final GrownCluster cluster;
        private final Migration migration;
        private Processes known = Processes.none();
        private int turn;

        Attempts(GrownCluster cluster) {
            this(cluster, Migration.KEYS);
        }

        Attempts(GrownCluster cluster, Migration migration) {
            this.cluster = cluster;
            this.migration = migration;
        }

        Object next(Consumer<Call> meddling) {
            BatchOrder order = cluster.order(SLOTS).by(migration).knowing(known);
            ProcessMemory memory = new ProcessMemory(order.known());
            try {
                BatchOutcome outcome = new BatchMover(
                                new ClusterReader(new MeddledNodes(cluster.nodes, meddling)), Optional.empty(), SHORT)
                        .move(order, new FreeLifeline(++turn, 1, Optional.empty()), memory);
                known = known.plus(outcome.seen().orElseThrow());
                return outcome;
            } catch (Halted e) {
                known = known.plus(memory.now());
                return e.halt();
            }
        }

        Halt halt() {
            return (Halt) next(call -> {});
        }
    }

    private static Consumer<Call> killAtSecondMigrate(LocalNode node) {
        AtomicInteger migrations = new AtomicInteger();
        return call -> {
            if (call.method().equals("migrate") && migrations.incrementAndGet() == 2) {
                node.kill();
            }
        };
    }

    private static GrownCluster cluster(Case dying, String... config) {
        GrownCluster cluster = GrownCluster.on(dying.wanted().orSkip(TestAbortedException::new), config);
        cluster.fill(KEYS, 20);
        return cluster;
    }

    @ParameterizedTest
    @MethodSource("ends")
    void a_dead_node_halts_by_its_name_and_once_it_is_back_with_its_data_retry_goes_on(Case dying) {
        // What a killed process has written is the kernel's; no disk is waited for.
        try (GrownCluster cluster = cluster(dying, "appendonly yes", "appendfsync no", SLOW_TO_NOTICE)) {
            LocalNode node = dying.node().apply(cluster);
            Attempts attempts = new Attempts(cluster);

            Halt dead = (Halt) attempts.next(killAtSecondMigrate(node));
            assertThat(dead.kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);
            assertThat(dead.message()).contains(node.address(), "does not answer");
            assertThat(dead.next()).contains("start " + node.address());
            assertThat(attempts.halt().kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);

            node.start();
            awaitOk(cluster);
            Halt back = attempts.halt();
            assertThat(back.kind()).as(back.text()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(back.message()).contains(node.address(), "restarted");
            assertThat(back.evidence().get(1)).matches("keys before [1-9]\\d*, now [1-9]\\d*");

            BatchOutcome outcome = (BatchOutcome) attempts.next(call -> {});
            assertThat(outcome.complete()).isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse(SLOTS));
            try (Jedis target = cluster.target.jedis()) {
                assertThat(target.dbSize()).isEqualTo(KEYS);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ends")
    void a_node_that_came_back_empty_is_halted_on_at_each_retry_and_never_finalised(Case dying) {
        try (GrownCluster cluster = cluster(dying, SLOW_TO_NOTICE)) {
            LocalNode node = dying.node().apply(cluster);
            Attempts attempts = new Attempts(cluster);
            assertThat(((Halt) attempts.next(killAtSecondMigrate(node))).kind())
                    .isEqualTo(FailureKind.NODE_UNREACHABLE);
            SlotRanges moved = cluster.target.isAlive() ? ownedBy(cluster.target) : SlotRanges.none();

            node.restart(false);
            awaitOk(cluster);
            for (int retry = 0; retry < 3; retry++) {
                Halt halt = attempts.halt();
                assertThat(halt.kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
                assertThat(halt.message()).contains(node.address(), "without its data");
                assertThat(halt.evidence().get(1)).matches("keys before [1-9]\\d*, now 0");
                assertThat(halt.next()).contains("restart it with its data", "stop-here");
            }
            if (node.equals(cluster.source)) {
                assertThat(ownedBy(cluster.target)).isEqualTo(moved);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("server")
    void a_source_that_came_back_empty_and_was_written_to_since_is_not_taken_for_one_with_its_data(
            WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server, SLOW_TO_NOTICE)) {
            cluster.fill(200, 20);
            Attempts attempts = new Attempts(cluster);
            AtomicInteger listings = new AtomicInteger();
            Object killed = attempts.next(call -> {
                if (call.method().equals("look") && listings.getAndIncrement() == 0) {
                    cluster.source.kill();
                }
            });
            assertThat(((Halt) killed).kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);

            cluster.source.restart(false);
            awaitOk(cluster);
            cluster.fill(400, 4_000);

            Halt halt = attempts.halt();
            assertThat(halt.kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(halt.evidence().get(1)).matches("keys before 200, now (39\\d|400)");
            assertThat(ownedBy(cluster.target)).isEqualTo(SlotRanges.none());
        }
    }

    static Stream<WantedServer> serversWithAtomicMigration() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    /** Redis would begin its job anew as soon as the source is back. */
    @ParameterizedTest
    @MethodSource("serversWithAtomicMigration")
    void a_source_that_came_back_empty_in_the_middle_of_a_job_gives_its_slots_to_nobody(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(wanted.orSkip(TestAbortedException::new), SLOW_TO_NOTICE)) {
            cluster.fill(KEYS, 20);
            try (Jedis source = cluster.source.jedis()) {
                source.configSet("rdb-key-save-delay", "1000000");
            }
            Attempts attempts = new Attempts(cluster, Migration.AUTO);
            AtomicInteger looks = new AtomicInteger();
            AtomicBoolean started = new AtomicBoolean();
            Object killed = attempts.next(call -> {
                boolean starts =
                        call.method().equals("exportSlots") || call.method().equals("importSlots");
                if (started.get() && call.method().equals("migrationJobs") && looks.getAndIncrement() == 4) {
                    cluster.source.kill();
                }
                started.compareAndSet(false, starts);
            });
            assertThat(((Halt) killed).kind()).isEqualTo(FailureKind.NODE_UNREACHABLE);
            try (Node target = cluster.nodes.look(GrownCluster.address(cluster.target))) {
                assertThat(target.migrationJobs().running()).isEmpty();
            }

            cluster.source.restart(false);
            awaitOk(cluster);
            for (int retry = 0; retry < 3; retry++) {
                Halt halt = attempts.halt();
                assertThat(halt.kind()).as(halt.text()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
                assertThat(halt.message()).contains(cluster.source.address(), "without its data");
            }
            assertThat(ownedBy(cluster.target)).isEqualTo(SlotRanges.none());
        }
    }

    private static SlotRanges ownedBy(LocalNode node) {
        return SlotRanges.parse(node.ownedSlots());
    }

    private static void awaitOk(GrownCluster cluster) {
        org.awaitility.Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> {
            try {
                cluster.reader().agreedWhileSlotsMove(cluster.access);
                return true;
            } catch (Halted | io.slotferry.activities.redis.NodeFailure e) {
                return false;
            }
        });
    }
}
