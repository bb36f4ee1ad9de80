package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.MigrationJobs;
import io.slotferry.activities.redis.MigrationJobs.Job;
import io.slotferry.activities.redis.Node;
import io.slotferry.activities.redis.Nodes;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Move;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;

/** Moving batches by the servers' own slot migration. */
@Execution(ExecutionMode.CONCURRENT)
class AtomicMoveIT {
    /** So long a job of a test that must be met at work takes: 1,000 keys at 3 ms each. */
    private static final String SLOW = "3000";

    private static final AtomicInteger TURNS = new AtomicInteger();

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-8.6", "valkey-9.1");
    }

    static Stream<WantedServer> serversWithout() {
        return WantedServer.named("redis-7.0");
    }

    private static ServerBinary server(WantedServer wanted) {
        return wanted.orSkip(TestAbortedException::new);
    }

    private static BatchOrder atomic(GrownCluster cluster, String slots) {
        return cluster.order(slots).by(Migration.ATOMIC);
    }

    private static BatchMover mover(MeddledNodes nodes) {
        return new BatchMover(new ClusterReader(nodes));
    }

    private static FreeLifeline attempt(int number) {
        return new FreeLifeline(1, number, Optional.empty());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_batch_moves_whole_under_traffic_and_no_slot_is_ever_opened(WantedServer wanted) throws InterruptedException {
        try (GrownCluster cluster = GrownCluster.withReplicas(server(wanted));
                AckedWrites writes = new AckedWrites(cluster.cluster.masters())) {
            cluster.fill(5_000, 100);
            await().atMost(Duration.ofMinutes(1)).until(() -> writes.count() > 50);
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});

            // By default.
            BatchOutcome outcome = mover(nodes).move(cluster.order("0-2999").by(Migration.AUTO), attempt(1));

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.progress().slotsDone()).isEqualTo(3_000);
            assertThat(outcome.progress().keysMoved()).isGreaterThanOrEqualTo(5_000);
            assertThat(outcome.atomic()).hasValueSatisfying(atomic -> {
                assertThat(atomic.jobs()).isPositive();
                assertThat(atomic.failed()).isZero();
                assertThat(atomic.slotsByKeys()).isZero();
            });
            assertThat(nodes.calls()).noneMatch(call -> call.startsWith("setSlots") || call.startsWith("migrate@"));
            assertThat(writes.lost()).isEmpty();
            await().atMost(Duration.ofMinutes(1))
                    .ignoreExceptionsInstanceOf(Halted.class)
                    .until(() -> cluster.ownedBy(cluster.target).equals(SlotRanges.parse("0-2999")));

            BatchOutcome again = mover(nodes).move(atomic(cluster, "0-2999"), new FreeLifeline(2, 1, Optional.empty()));
            assertThat(again.complete()).isTrue();
            assertThat(again.resumed()).isEqualTo(3_000);
            assertThat(again.atomic()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_target_of_valkey_that_takes_slots_is_given_something_to_wake_up_for(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(1_000, 50);
            configure(cluster.source, "rdb-key-save-delay", "200");
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});

            assertThat(mover(nodes).move(atomic(cluster, "0-49"), attempt(1)).complete())
                    .isTrue();

            String ping = "ping@" + cluster.target.address();
            assertThat(nodes.calls().contains(ping)).isEqualTo(wanted.toString().contains("valkey"));
        }
    }

    static Stream<WantedServer> serversOfJobsThatTakeTurns() {
        return WantedServer.named("valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("serversOfJobsThatTakeTurns")
    void a_job_waits_for_the_keys_of_the_one_before_also_where_its_slots_moved_the_same_way_once(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted), "cluster-allow-replica-migration no")) {
            cluster.fill(3 * (int) JobTurns.MANY_KEYS, 100);
            move(cluster, cluster.nodes, GrownCluster.lane(cluster.source, cluster.other, "50-99"));
            Move[] there = {
                GrownCluster.lane(cluster.source, cluster.target, "0-49"),
                GrownCluster.lane(cluster.other, cluster.target, "50-99")
            };
            move(cluster, cluster.nodes, there);
            move(
                    cluster,
                    cluster.nodes,
                    GrownCluster.lane(cluster.target, cluster.source, "0-49"),
                    GrownCluster.lane(cluster.target, cluster.other, "50-99"));
            configure(cluster.source, "rdb-key-save-delay", "100");
            configure(cluster.other, "rdb-key-save-delay", "100");
            List<List<Job>> underWayAtStart = new CopyOnWriteArrayList<>();

            move(
                    cluster,
                    new MeddledNodes(cluster.nodes, call -> {
                        if (isStart(call.method() + "@")) {
                            underWayAtStart.add(jobs(cluster, cluster.target).running().stream()
                                    .filter(job -> !job.isAcross())
                                    .toList());
                        }
                    }),
                    there);

            assertThat(underWayAtStart).containsExactly(List.of(), List.of());
        }
    }

    private static void move(GrownCluster cluster, Nodes nodes, Move... moves) {
        BatchOrder order = new BatchOrder(cluster.access, 1, 4, Mode.FAST, List.of(moves)).by(Migration.ATOMIC);
        assertThat(new BatchMover(new ClusterReader(nodes))
                        .move(order, new FreeLifeline(TURNS.incrementAndGet(), 1, Optional.empty()))
                        .complete())
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_go_back_the_same_way(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted), "cluster-allow-replica-migration no")) {
            cluster.fill(2_000, 100);
            BatchOrder there = atomic(cluster, "0-99");
            assertThat(cluster.mover().move(there, attempt(1)).complete()).isTrue();
            BatchOrder back = new BatchOrder(
                            cluster.access,
                            1,
                            4,
                            there.mode(),
                            there.moves().stream()
                                    .map(move -> new BatchOrder.Move(
                                            /* source= */ move.target(), /* target= */ move.source(), move.slots()))
                                    .toList())
                    .going(BatchOrder.Way.BACK)
                    .by(Migration.ATOMIC);

            BatchOutcome outcome = cluster.mover().move(back, new FreeLifeline(2, 1, Optional.empty()));

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.atomic())
                    .hasValueSatisfying(atomic -> assertThat(atomic.failed()).isZero());
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                assertThat(keys(cluster.source)).isEqualTo(2_000);
                assertThat(keys(cluster.target)).isZero();
            });
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_job_whose_attempt_died_is_gone_on_with_and_not_begun_again(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(1_000, 50);
            configure(cluster.source, "rdb-key-save-delay", SLOW);
            FreeLifeline first = attempt(1);
            MeddledNodes dying = new MeddledNodes(cluster.nodes, afterStart(first::supersede));
            assertThatThrownBy(() -> mover(dying).move(atomic(cluster, "0-49"), first))
                    .isInstanceOf(Lifeline.Superseded.class);

            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});
            BatchOutcome outcome = mover(nodes).move(atomic(cluster, "0-49"), attempt(2));

            assertThat(outcome.complete()).isTrue();
            assertThat(nodes.calls()).noneMatch(AtomicMoveIT::isStart);
            // Whatever happens to it there is to be noticed.
            assertThat(nodes.calls())
                    .filteredOn(call -> call.equals("migrationJobs@" + cluster.source.address()))
                    .hasSizeGreaterThan(10);
            assertThat(keys(cluster.target)).isEqualTo(1_000);
            await().atMost(Duration.ofMinutes(1)).until(() -> keys(cluster.source) == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_stop_cancels_the_job_and_its_slots_stay_whole_with_their_source(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(1_000, 50);
            configure(cluster.source, "rdb-key-save-delay", "1000000");
            AtomicBoolean started = new AtomicBoolean();
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, afterStart(() -> started.set(true)));

            BatchOutcome part =
                    mover(nodes).move(atomic(cluster, "0-49"), attempt(1).stoppingWhen(started::get));

            assertThat(part.complete()).isFalse();
            assertThat(part.progress().slotsDone()).isZero();
            assertThat(jobs(cluster, cluster.source).running()).isEmpty();
            assertThat(jobs(cluster, cluster.target).running()).isEmpty();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.none());
            assertThat(keys(cluster.source)).isEqualTo(1_000);

            configure(cluster.source, "rdb-key-save-delay", "0");
            assertThat(mover(nodes).move(atomic(cluster, "0-49"), attempt(2)).complete())
                    .isTrue();
            assertThat(keys(cluster.target)).isEqualTo(1_000);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void somebody_elses_job_halts_by_its_name_and_is_left_alone(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(1_000, 50);
            configure(cluster.source, "rdb-key-save-delay", "1000000");
            start(cluster, 20, 60);
            MigrationJobs.Job foreign = jobs(cluster, cluster.source).kind() == MigrationJobs.Kind.IMPORT
                    ? jobs(cluster, cluster.target).running().get(0)
                    : jobs(cluster, cluster.source).running().get(0);
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});

            for (Migration migration : new Migration[] {Migration.ATOMIC, Migration.KEYS}) {
                Halt halt = catchThrowableOfType(Halted.class, () -> mover(nodes)
                                .move(cluster.order("0-49").by(migration), attempt(1)))
                        .halt();

                assertThat(halt.kind()).isEqualTo(FailureKind.FOREIGN_MIGRATION);
                assertThat(halt.evidence()).anyMatch(line -> line.contains(foreign.id()) && line.contains("20-60"));
            }
            assertThat(nodes.calls()).noneMatch(call -> isStart(call) || call.startsWith("setSlots"));
            assertThat(jobs(cluster, cluster.source).running()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void jobs_that_fail_get_smaller_then_keys_move_one_by_one_and_then_it_halts(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(3_000, 64);
            configure(cluster.target, "maxmemory-policy", "noeviction");
            configure(cluster.target, "maxmemory", "1");
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});

            Halt halt = catchThrowableOfType(Halted.class, () -> mover(nodes).move(atomic(cluster, "0-63"), attempt(1)))
                    .halt();

            assertThat(halt.kind()).as(halt.text()).isEqualTo(FailureKind.MIGRATE_FAILED);
            assertThat(halt.text()).contains("OOM");
            assertThat(keys(cluster.source) + keys(cluster.target)).isEqualTo(3_000);
            configure(cluster.target, "maxmemory", "0");

            BatchOutcome outcome = mover(nodes).move(atomic(cluster, "0-63"), attempt(2));

            assertThat(outcome.complete()).isTrue();
            assertThat(keys(cluster.target)).isEqualTo(3_000);
            await().atMost(Duration.ofMinutes(1)).until(() -> keys(cluster.source) == 0);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void where_jobs_go_on_failing_keys_move_one_by_one_and_the_outcome_says_why(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(2_000, 64);
            // An attempt of somebody's to migrate fails while a slot stands open on the source.
            AtomicBoolean opened = new AtomicBoolean();
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {
                if (isStart(call.method() + "@")) {
                    open(cluster.source, 8_000, cluster.target);
                    opened.set(true);
                } else if (call.method().equals("look")) {
                    close(cluster.source, 8_000);
                }
            });

            BatchOutcome outcome = mover(nodes).move(atomic(cluster, "0-63"), attempt(1));

            assertThat(opened).isTrue();
            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.atomic()).hasValueSatisfying(atomic -> {
                assertThat(atomic.jobs()).isZero();
                assertThat(atomic.failed()).isEqualTo(3);
                assertThat(atomic.slotsByKeys()).isEqualTo(64);
                assertThat(atomic.why()).hasSize(3).allMatch(why -> why.contains(cluster.source.address()));
                assertThat(atomic.why().get(0)).startsWith("64 slots");
                assertThat(atomic.why().get(1)).startsWith("16 slots");
                assertThat(atomic.why().get(2)).startsWith("4 slots");
            });
            assertThat(keys(cluster.target)).isEqualTo(2_000);
            assertThat(jobs(cluster, cluster.target).running()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("serversWithout")
    void a_server_that_offers_none_moves_key_by_key(WantedServer wanted) {
        try (GrownCluster cluster = GrownCluster.on(server(wanted))) {
            cluster.fill(500, 20);

            BatchOutcome outcome = cluster.mover().move(cluster.order("0-19").by(Migration.AUTO), attempt(1));

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.atomic()).isEmpty();
            assertThat(keys(cluster.target)).isEqualTo(500);
        }
    }

    private static boolean isStart(String call) {
        return call.startsWith("exportSlots@") || call.startsWith("importSlots@");
    }

    /** Does something as soon as a job was started. */
    private static Consumer<Call> afterStart(Runnable then) {
        AtomicBoolean started = new AtomicBoolean();
        return call -> {
            if (started.get() && call.method().equals("migrationJobs")) {
                then.run();
            }
            started.compareAndSet(false, isStart(call.method() + "@"));
        };
    }

    private static void start(GrownCluster cluster, int from, int to) {
        boolean valkey = jobs(cluster, cluster.source).kind() == MigrationJobs.Kind.MIGRATESLOTS;
        try (Jedis jedis = (valkey ? cluster.source : cluster.target).jedis()) {
            String[] words = valkey
                    ? new String[] {"MIGRATESLOTS", "SLOTSRANGE", "" + from, "" + to, "NODE", cluster.target.nodeId()}
                    : new String[] {"MIGRATION", "IMPORT", "" + from, "" + to};
            jedis.sendCommand(redis.clients.jedis.Protocol.Command.CLUSTER, words);
        }
        // On Redis the source has it later than the target.
        await().atMost(Duration.ofMinutes(1))
                .until(() -> !jobs(cluster, cluster.source).running().isEmpty());
    }

    private static MigrationJobs jobs(GrownCluster cluster, LocalNode node) {
        try (Node connection = cluster.nodes.look(GrownCluster.address(node))) {
            return connection.migrationJobs();
        }
    }

    private static void configure(LocalNode node, String parameter, String value) {
        try (Jedis jedis = node.jedis()) {
            jedis.configSet(Map.of(parameter, value));
        }
    }

    private static void open(LocalNode node, int slot, LocalNode target) {
        try (Jedis jedis = node.jedis()) {
            jedis.clusterSetSlotMigrating(slot, target.nodeId());
        }
    }

    private static void close(LocalNode node, int slot) {
        try (Jedis jedis = node.jedis()) {
            jedis.clusterSetSlotStable(slot);
        }
    }

    private static long keys(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.dbSize();
        }
    }
}
