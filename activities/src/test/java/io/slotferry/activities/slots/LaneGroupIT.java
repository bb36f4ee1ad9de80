package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.FailureKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** Lanes of several sources that move in the same windows, on real servers. */
@Execution(ExecutionMode.CONCURRENT)
class LaneGroupIT {
    private static final int KEYS_OF_A_SLOT = 20;
    private static final List<Integer> OF_SOURCE = List.of(0, 1, 2);
    private static final List<Integer> OF_OTHER = List.of(16_000, 16_001, 16_002);

    static Stream<WantedServer> servers() {
        return WantedServer.named("redis-6.2", "redis-7.0", "redis-8.6", "valkey-9.1");
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_of_several_sources_are_taken_by_their_target_at_once_and_all_keys_are_there(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted)) {
            List<Integer> taken = Collections.synchronizedList(new ArrayList<>());

            BatchOutcome outcome = new BatchMover(new ClusterReader(new MeddledNodes(cluster.nodes, call -> {
                        if (call.takesSlots()) {
                            taken.add(((List<?>) call.arguments().get(0)).size());
                        }
                    })))
                    .move(cluster.order("0-2", "16000-16002"), new FreeLifeline());

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.progress().keysMoved()).isEqualTo(6 * KEYS_OF_A_SLOT);
            assertThat(taken).containsExactly(6);
            assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-2,16000-16002"));
            assertThat(keys(cluster.target)).isEqualTo(6 * KEYS_OF_A_SLOT);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void where_one_source_lost_a_slot_in_hand_those_of_the_other_are_finished_and_none_of_its_own(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted);
                Jedis source = cluster.source.jedis()) {
            Halted halted = haltedBy(cluster, once(cluster.other, "migrate", () -> source.clusterSetSlotStable(1)));

            // Either keys are left that no client would be sent on for, or the check sees that the slot is not open.
            assertThat(halted.halt().kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(halted.halt().evidence()).anyMatch(line -> line.contains("slot 1 (source, migrating)"));
            assertThat(owned(cluster.target)).isEqualTo(SlotRanges.parse("16000-16002"));
            assertThat(owned(cluster.source).contains(1)).isTrue();
            assertGoesOn(cluster);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void where_the_target_lost_importing_from_one_source_no_slot_of_that_is_taken(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted);
                Jedis target = cluster.target.jedis()) {
            // The keys of the first source are across, and the target would answer OK to NODE, and lose them.
            Halted halted = haltedBy(cluster, once(cluster.other, "migrate", () -> target.clusterSetSlotStable(1)));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.OPEN_SLOT_LOST);
            assertThat(halted.halt().evidence()).anyMatch(line -> line.contains("slot 1 (target, importing)"));
            assertThat(owned(cluster.target)).isEqualTo(SlotRanges.parse("16000-16002"));
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void where_somebody_moves_a_slot_to_one_source_those_of_the_other_alone_are_finished(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted);
                Jedis source = cluster.source.jedis()) {
            String from = cluster.other.nodeId();
            Halted halted = haltedBy(
                    cluster, once(cluster.other, "migrate", () -> source.clusterSetSlotImporting(16_100, from)));

            assertThat(halted.halt().kind()).isEqualTo(FailureKind.FOREIGN_OPEN_SLOT);
            assertThat(owned(cluster.target)).isEqualTo(SlotRanges.parse("16000-16002"));
            source.clusterSetSlotStable(16_100);
            assertGoesOn(cluster);
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void a_key_that_is_back_at_the_first_source_once_the_last_ones_are_across_is_not_left_behind(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted);
                Jedis source = cluster.source.jedis()) {
            String key = "late" + GrownCluster.keyIn(1);
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, once(cluster.other, "migrate", () -> {
                source.clusterSetSlotStable(1);
                source.set(key, "v");
                source.clusterSetSlotMigrating(1, cluster.target.nodeId());
            }));

            BatchOutcome outcome = new BatchMover(new ClusterReader(nodes))
                    .move(cluster.order("0-2", "16000-16002"), new FreeLifeline());

            assertThat(outcome.complete()).isTrue();
            assertThat(outcome.progress().keysMoved()).isEqualTo(6 * KEYS_OF_A_SLOT + 1);
            try (Jedis target = cluster.target.jedis()) {
                assertThat(target.get(key)).isEqualTo("v");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void slots_that_an_earlier_attempt_left_taken_but_untold_are_told_of_by_each_source(WantedServer wanted) {
        try (GrownCluster cluster = filled(wanted)) {
            MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {
                if (tells(call)) {
                    throw new IllegalStateException("as if the attempt had died");
                }
            });
            IllegalStateException dead =
                    catchThrowableOfType(IllegalStateException.class, () -> new BatchMover(new ClusterReader(nodes))
                            .move(cluster.order("0-2", "16000-16002"), new FreeLifeline()));
            assertThat(dead).hasMessageContaining("had died");

            assertGoesOn(cluster);
        }
    }

    private static boolean tells(Call call) {
        return call.method().equals("setSlots")
                && call.arguments().get(0) instanceof List<?> changes
                && changes.get(0) instanceof SlotChange.Owner;
    }

    private static Halted haltedBy(GrownCluster cluster, Consumer<Call> meddling) {
        MeddledNodes nodes = new MeddledNodes(cluster.nodes, meddling);
        Halted halted = catchThrowableOfType(Halted.class, () -> new BatchMover(new ClusterReader(nodes))
                .move(cluster.order("0-2", "16000-16002"), new FreeLifeline()));
        assertThat(halted).as("the batch halts").isNotNull();
        return halted;
    }

    private static void assertGoesOn(GrownCluster cluster) {
        BatchOutcome retried =
                cluster.mover().move(cluster.order("0-2", "16000-16002"), new FreeLifeline(2, 1, Optional.empty()));
        assertThat(retried.complete()).isTrue();
        assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-2,16000-16002"));
        assertThat(keys(cluster.target)).isEqualTo(6 * KEYS_OF_A_SLOT);
    }

    /** Acts once, before the first call of this method on this node. */
    private static Consumer<Call> once(LocalNode node, String method, Runnable action) {
        AtomicBoolean done = new AtomicBoolean();
        return call -> {
            if (call.node().equals(GrownCluster.address(node))
                    && call.method().equals(method)
                    && done.compareAndSet(false, true)) {
                action.run();
            }
        };
    }

    private static GrownCluster filled(WantedServer wanted) {
        GrownCluster cluster = GrownCluster.on(wanted.orSkip(TestAbortedException::new));
        fill(cluster.source, OF_SOURCE);
        fill(cluster.other, OF_OTHER);
        return cluster;
    }

    private static void fill(LocalNode node, List<Integer> slots) {
        try (Jedis jedis = node.jedis();
                Pipeline pipeline = jedis.pipelined()) {
            for (int slot : slots) {
                String tag = GrownCluster.keyIn(slot);
                for (int i = 0; i < KEYS_OF_A_SLOT; i++) {
                    pipeline.set(i + tag, "v");
                }
            }
            pipeline.sync();
        }
    }

    private static long keys(LocalNode node) {
        try (Jedis jedis = node.jedis()) {
            return jedis.dbSize();
        }
    }

    /** As the node itself says. */
    private static SlotRanges owned(LocalNode node) {
        return SlotRanges.parse(node.ownedSlots());
    }
}
