package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ByteSize;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.Halt;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.params.MigrateParams;

/** What must hold before a slot is finalised, each broken on real servers in the middle of a move. */
@Execution(ExecutionMode.CONCURRENT)
class FinalisingIT {
    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-6.2", "redis-7.0", "redis-8.6", "valkey-9.1");
    }

    static Stream<WantedServer> valkeyWithDatabases() {
        return WantedServer.named("valkey-9.1");
    }

    private static Halt haltOf(GrownCluster cluster, BatchOrder order, Consumer<Call> meddling) {
        MeddledNodes nodes = new MeddledNodes(cluster.nodes, meddling);
        Halted halted = catchThrowableOfType(
                Halted.class, () -> new BatchMover(new ClusterReader(nodes)).move(order, new FreeLifeline()));
        assertThat(halted).as("the batch halts").isNotNull();
        return halted.halt();
    }

    /** Acts once, before the first call of this method on this node once. */
    private static Consumer<Call> once(String method, Runnable action) {
        AtomicBoolean done = new AtomicBoolean();
        return call -> {
            if (call.method().equals(method) && done.compareAndSet(false, true)) {
                action.run();
            }
        };
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_target_that_lost_importing_is_not_told_to_take_the_slot(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis target = cluster.target.jedis()) {
            cluster.fill(200, 5);
            Consumer<Call> loseImporting = once("migrate", () -> target.clusterSetSlotStable(0));

            Halt halt = haltOf(cluster, cluster.order("0-4"), loseImporting);

            // Either the target refuses the keys (MOVED), or the check sees that the slot is not open any more.
            assertThat(halt.kind()).isIn(FailureKind.OPEN_SLOT_LOST, FailureKind.MIGRATE_FAILED);
            assertThat(cluster.ownedBy(cluster.target).contains(0)).isFalse();

            BatchOutcome retried = cluster.mover().move(cluster.order("0-4"), new FreeLifeline(2, 1, Optional.empty()));
            assertThat(retried.complete()).isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-4"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void an_empty_slot_whose_target_lost_importing_is_not_finalised(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis target = cluster.target.jedis()) {
            AtomicInteger listings = new AtomicInteger();
            AtomicInteger checks = new AtomicInteger();
            Consumer<Call> loseImporting = call -> {
                // The slot is open once the source was told; the next check of the source comes right after it.
                if (call.method().equals("setSlots")) {
                    listings.incrementAndGet();
                }
                if (call.method().equals("check") && listings.get() == 2 && checks.getAndIncrement() == 0) {
                    target.clusterSetSlotStable(0);
                }
            };

            Halt halt = haltOf(cluster, cluster.order("0"), loseImporting);

            assertThat(halt.kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(halt.evidence())
                    .anyMatch(line -> line.contains("target, importing") && line.contains("nothing"));
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.none());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_source_that_outbids_its_target_never_costs_keys_without_a_halt_that_names_the_slots(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server)) {
            // A master that loses its last slot would follow the one that took it.
            cluster.mover().move(cluster.order("100-102"), new FreeLifeline());
            cluster.fill(200, 5);
            AtomicInteger setSlots = new AtomicInteger();
            AtomicReference<CompletableFuture<Void>> outbid = new AtomicReference<>();
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {
                // The target is about to be told to take them.
                if (call.method().equals("setSlots") && setSlots.incrementAndGet() == 3) {
                    cluster.target.suspend();
                    Thread mover = Thread.currentThread();
                    // At once, whatever the common pool has to do.
                    outbid.set(CompletableFuture.runAsync(
                            () -> outbid(cluster, mover), task -> new Thread(task, "outbid").start()));
                }
            });

            Halted halted = catchThrowableOfType(Halted.class, () -> new BatchMover(new ClusterReader(nodes))
                    .move(cluster.order("0-4"), new FreeLifeline(2, 1, Optional.empty())));

            outbid.get().join();
            if (halted == null) {
                // The target heard of the source's new epoch before it took the slots.
                assertThat(owned(cluster.target)).isEqualTo(SlotRanges.parse("0-4,100-102"));
                assertThat(keysOf(cluster)).isEqualTo(200);
            } else {
                assertThat(halted.halt().kind()).as(halted.halt().text()).isEqualTo(FailureKind.SLOT_TAKEN_BACK);
                assertThat(halted.halt().evidence())
                        .singleElement()
                        .asString()
                        .startsWith("slots 0-4 were taken by " + GrownCluster.member(cluster.target));
            }
            // Once a person has seen it, it goes on; there is one owner in the end.
            assertThat(cluster.mover()
                            .move(cluster.order("0-4"), new FreeLifeline(3, 1, Optional.empty()))
                            .complete())
                    .isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-4,100-102"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_target_hears_of_its_sources_epoch_before_it_takes_slots(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis();
                Jedis other = cluster.other.jedis()) {
            for (int slot = 0; slot < 3; slot++) {
                // Two steps, since one is what the target would take too.
                raiseEpoch(source, other, epoch(source, "cluster_my_epoch") + 2);

                assertThat(cluster.mover()
                                .move(
                                        cluster.order(String.valueOf(slot)),
                                        new FreeLifeline(slot + 1, 1, Optional.empty()))
                                .complete())
                        .isTrue();
            }
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-2"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void the_next_attempt_knows_which_slots_were_taken(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server)) {
            cluster.fill(200, 5);
            FreeLifeline first = new FreeLifeline();
            cluster.mover().move(cluster.order("0-4"), first);
            cluster.moveByHand(3, cluster.target, cluster.source);

            Halted halted = catchThrowableOfType(Halted.class, () -> cluster.mover()
                    .move(cluster.order("0-4"), new FreeLifeline(1, 2, first.reported())));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.SLOT_TAKEN_BACK);
            assertThat(halted.halt().evidence().get(0)).startsWith("slots 3 were taken by ");
            assertThat(owned(cluster.source).contains(3)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_each_end_holds_for_the_others_goes_to_its_target(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis target = cluster.target.jedis()) {
            cluster.mover().move(cluster.order("0-4"), new FreeLifeline());
            target.clusterSetSlotNode(3, cluster.source.nodeId());
            assertThat(owned(cluster.source).contains(3)).isFalse();
            assertThat(owned(cluster.target).contains(3)).isFalse();

            assertThat(cluster.mover()
                            .move(cluster.order("0-4"), new FreeLifeline(2, 1, Optional.empty()))
                            .complete())
                    .isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-4"));
        }
    }

    /** As a master of Redis 7.0 was seen after it took over. */
    @Test
    void a_slot_of_another_batch_that_all_know_to_be_a_targets_but_the_target_goes_to_it() {
        ServerBinary server = new WantedServer("redis-7.0").orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis target = cluster.target.jedis()) {
            cluster.mover().move(cluster.order("0-4"), new FreeLifeline());
            target.clusterDelSlots(3);
            assertThat(owned(cluster.target)).isEqualTo(SlotRanges.parse("0-2,4"));

            assertThat(cluster.mover()
                            .move(cluster.order("10-14"), new FreeLifeline(2, 1, Optional.empty()))
                            .complete())
                    .isTrue();
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-4,10-14"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void nothing_is_finalised_while_somebody_moves_slots_to_the_source(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis()) {
            cluster.fill(200, 5);
            Consumer<Call> import16383 =
                    once("migrate", () -> source.clusterSetSlotImporting(16_383, cluster.other.nodeId()));

            Halt halt = haltOf(cluster, cluster.order("0-4"), import16383);

            assertThat(halt.kind()).isEqualTo(FailureKind.FOREIGN_OPEN_SLOT);
            assertThat(halt.evidence())
                    .singleElement()
                    .asString()
                    .startsWith(GrownCluster.member(cluster.source) + " has 16383 importing, peer ");
            assertThat(owned(cluster.target)).isEqualTo(SlotRanges.none());
            assertThat(keysOf(cluster)).isEqualTo(200);
        }
    }

    /**
     * While the target is frozen, with the mover's command waiting for it, the source gets an epoch that the target could
     * not know of.
     */
    private static void outbid(GrownCluster cluster, Thread mover) {
        try (Jedis source = cluster.source.jedis();
                Jedis other = cluster.other.jedis()) {
            // Its command is on the way once it waits for the answer.
            Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> Stream.of(mover.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals("sun.nio.ch.Net")
                            && frame.getMethodName().equals("poll")));
            // One step above what it was could be the target's own next epoch.
            raiseEpoch(source, other, epoch(source, "cluster_current_epoch") + 2);
        } finally {
            cluster.target.resume();
        }
    }

    /** A node that has the highest epoch already does not bump it. */
    private static void raiseEpoch(Jedis source, Jedis other, long atLeast) {
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> {
            other.sendCommand(Protocol.Command.CLUSTER, "BUMPEPOCH");
            source.sendCommand(Protocol.Command.CLUSTER, "BUMPEPOCH");
            return epoch(source, "cluster_my_epoch") >= atLeast;
        });
    }

    private static long epoch(Jedis node, String field) {
        return node.clusterInfo()
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.split(":")[1].trim()))
                .findFirst()
                .orElseThrow();
    }

    private static long keysOf(GrownCluster cluster) {
        try (Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            return source.dbSize() + target.dbSize();
        }
    }

    /** As the node sees it itself, now. */
    private static SlotRanges owned(LocalNode node) {
        return SlotRanges.parse(node.ownedSlots());
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_source_that_lost_migrating_is_noticed(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis()) {
            AtomicInteger opened = new AtomicInteger();
            AtomicBoolean done = new AtomicBoolean();
            Consumer<Call> loseMigrating = call -> {
                if (call.method().equals("setSlots")) {
                    opened.incrementAndGet();
                }
                if (call.method().equals("check") && opened.get() == 2 && done.compareAndSet(false, true)) {
                    source.clusterSetSlotStable(0);
                }
            };

            Halt halt = haltOf(cluster, cluster.order("0"), loseMigrating);

            assertThat(halt.kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(halt.evidence()).anyMatch(line -> line.contains("source, migrating"));
            assertThat(cluster.ownedBy(cluster.source).contains(0)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_source_that_restarted_empty_is_never_finalised(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        // Slow to notice, so that no replica takes over while the master is away for a moment.
        try (GrownCluster cluster = GrownCluster.on(server, "cluster-node-timeout 60000")) {
            cluster.fill(200, 5);
            Consumer<Call> restart = once("look", () -> {
                cluster.source.kill();
                cluster.source.restart(false);
            });

            MeddledNodes nodes = new MeddledNodes(cluster.nodes, restart);
            FreeLifeline first = new FreeLifeline();
            assertThat(catchThrowableOfType(RuntimeException.class, () -> new BatchMover(new ClusterReader(nodes))
                            .move(cluster.order("0-4"), first)))
                    .isNotNull();

            // The next attempt knows from the last heartbeat which process the slots were opened on.
            Halted halted = catchThrowableOfType(Halted.class, () -> cluster.mover()
                    .move(cluster.order("0-4"), new FreeLifeline(1, 2, first.reported())));
            assertThat(halted).isNotNull();
            assertThat(halted.halt().kind()).isIn(FailureKind.OPEN_SLOT_LOST, FailureKind.VIEWS_DISAGREE);
            assertThat(nodes.calls())
                    .noneMatch(call -> call.startsWith("setSlots@" + GrownCluster.address(cluster.other)));
        }
    }

    @ParameterizedTest
    @MethodSource("valkeyWithDatabases")
    void a_key_in_a_database_that_was_empty_a_moment_ago_is_not_left_behind(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server, "cluster-databases 4");
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            String key = GrownCluster.keyIn(0);
            Consumer<Call> write = once("setSlots", () -> {
                source.select(3);
                source.set(key, "late");
            });

            new BatchMover(new ClusterReader(new MeddledNodes(cluster.nodes, write)))
                    .move(cluster.order("0"), new FreeLifeline());

            target.select(3);
            assertThat(target.get(key)).isEqualTo("late");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void an_equal_copy_on_the_target_is_replaced_by_the_sources(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            String key = GrownCluster.keyIn(0);
            source.set(key, "the same");
            openSlotZero(cluster);
            source.migrate(
                    cluster.target.host(),
                    cluster.target.port(),
                    5_000,
                    MigrateParams.migrateParams().copy(),
                    key);

            cluster.mover().move(cluster.order("0"), new FreeLifeline());

            assertThat(target.get(key)).isEqualTo("the same");
            assertThat(source.dbSize()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void copies_that_differ_halt_it_and_both_are_kept(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            String key = GrownCluster.keyIn(0);
            source.set(key, "older");
            openSlotZero(cluster);
            source.migrate(
                    cluster.target.host(),
                    cluster.target.port(),
                    5_000,
                    MigrateParams.migrateParams().copy(),
                    key);
            source.set(key, "newer");

            Halt halt = haltOf(cluster, cluster.order("0"), call -> {});

            assertThat(halt.kind()).isEqualTo(FailureKind.KEY_ON_BOTH_SIDES);
            assertThat(halt.evidence().get(0)).contains("slot 0", key);
            assertThat(source.get(key)).isEqualTo("newer");
            assertThat(copyOnTarget(target, key)).isEqualTo("older");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_key_over_the_hard_limit_of_the_request_halts_it_by_name(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis source = cluster.source.jedis()) {
            String key = "large" + GrownCluster.keyIn(0);
            source.setrange(key, 2_000_000, "x");

            Halt halt = haltOf(cluster, cluster.order("0").upTo(ByteSize.parse("1MB")), call -> {});

            assertThat(halt.kind()).isEqualTo(FailureKind.KEY_TOO_LARGE);
            assertThat(halt.evidence().get(0)).contains(key, "limit 1048576 (bigKeys.hardLimit)");
            assertThat(source.exists(key)).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_somebody_else_opened_halts_it_before_anything_changes(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis other = cluster.other.jedis()) {
            other.clusterSetSlotMigrating(16_000, cluster.source.nodeId());
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});

            Halted halted = catchThrowableOfType(Halted.class, () -> new BatchMover(new ClusterReader(nodes))
                    .move(cluster.order("0-4"), new FreeLifeline()));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.FOREIGN_OPEN_SLOT);
            assertThat(halted.halt().evidence().get(0)).contains("16000", "migrating");
            assertThat(nodes.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_slot_that_went_to_a_third_shard_halts_it_before_anything_changes(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server)) {
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {});
            BatchOrder order = cluster.order("0-4,16000");

            Halted halted = catchThrowableOfType(
                    Halted.class, () -> new BatchMover(new ClusterReader(nodes)).move(order, new FreeLifeline()));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.CLUSTER_CHANGED);
            assertThat(halted.halt().evidence())
                    .containsExactly("slots 16000 belong to " + GrownCluster.member(cluster.other));
            assertThat(nodes.calls()).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void the_connections_of_an_older_attempt_are_killed_before_anything_changes(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis older = cluster.target.jedis();
                Jedis bystander = cluster.target.jedis()) {
            older.clientSetname("slotferry:test-run:1.1");
            bystander.clientSetname("app");

            cluster.mover().move(cluster.order("0"), new FreeLifeline(1, 2, Optional.empty()));

            assertThat(catchThrowableOfType(RuntimeException.class, older::ping))
                    .isNotNull();
            assertThat(bystander.ping()).isEqualTo("PONG");
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_strangers_connection_halts_it_and_a_later_attempts_ends_it(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server);
                Jedis connected = cluster.other.jedis()) {
            connected.clientSetname("slotferry:another-run:1.1");
            Halt halt = haltOf(cluster, cluster.order("0"), call -> {});
            assertThat(halt.kind()).isEqualTo(FailureKind.STRANGER);
            assertThat(halt.evidence().get(0)).contains("slotferry:another-run:1.1");

            connected.clientSetname("slotferry:test-run:1.2");
            assertThat(catchThrowableOfType(Lifeline.Superseded.class, () -> cluster.mover()
                            .move(cluster.order("0"), new FreeLifeline())))
                    .isNotNull();
            assertThat(connected.ping()).isEqualTo("PONG");
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.none());
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void an_attempt_that_may_not_change_any_more_changes_nothing_more(WantedServer wanted) {
        ServerBinary server = wanted.orSkip(TestAbortedException::new);
        try (GrownCluster cluster = GrownCluster.on(server)) {
            cluster.fill(200, 5);
            FreeLifeline lifeline = new FreeLifeline();
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, once("look", lifeline::supersede));

            assertThat(catchThrowableOfType(Lifeline.Superseded.class, () -> new BatchMover(new ClusterReader(nodes))
                            .move(cluster.order("0-4"), lifeline)))
                    .isNotNull();

            List<String> after = nodes.calls()
                    .subList(
                            nodes.calls().indexOf("look@" + GrownCluster.address(cluster.source)),
                            nodes.calls().size());
            assertThat(after).noneMatch(call -> call.startsWith("migrate@") || call.startsWith("setSlots@"));
        }
    }

    private static void openSlotZero(GrownCluster cluster) {
        try (Jedis source = cluster.source.jedis();
                Jedis target = cluster.target.jedis()) {
            target.clusterSetSlotImporting(0, cluster.source.nodeId());
            source.clusterSetSlotMigrating(0, cluster.target.nodeId());
        }
    }

    private static String copyOnTarget(Jedis target, String key) {
        target.sendCommand(() -> "ASKING".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return target.get(key);
    }
}
