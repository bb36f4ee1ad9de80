package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.attempt.Halted;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.guard.BatchGuard;
import io.slotferry.activities.pacing.AdaptivePacer;
import io.slotferry.activities.pacing.Cause;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ClientLatency;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.FailureKind;
import io.slotferry.workflows.contract.PacingState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClusterClient;

/** Batches that go as fast as clients let them, or wait, on real servers. What clients feel on this machine is not asserted. */
class PacedBatchIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final BatchMover.Patience RELOOKING =
            new BatchMover.Patience(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ZERO);

    private static GrownCluster cluster;

    @BeforeAll
    static void start() {
        cluster = GrownCluster.on(
                WantedServer.named("redis-7.0").findFirst().orElseThrow().orSkip(TestAbortedException::new));
        cluster.fill(3_000, 60);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static BatchOrder order(String slots, PacingState state) {
        return cluster.order(slots, Mode.ADAPTIVE).keeping(new Adaptive(10, state));
    }

    /** A run that has come to this speed, in percent, on nodes that nobody knows yet. */
    private static PacingState at(double speed) {
        return new PacingState(Map.of(), speed, 0, 100, 0, PacingState.Trend.USUAL);
    }

    private static NodeId source() {
        return new NodeId(cluster.source.nodeId());
    }

    private static NodeId target() {
        return new NodeId(cluster.target.nodeId());
    }

    @Test
    void batches_move_at_the_pace_that_is_found_and_the_first_ones_baselines_hold_for_the_next() {
        FreeLifeline lifeline = new FreeLifeline();
        BatchOutcome first = cluster.mover().move(order("0-29", at(20)), lifeline);

        assertThat(first.complete()).isTrue();
        PacingState learnt = first.pacing().orElseThrow();
        assertThat(learnt.baseline(source())).isPresent();
        assertThat(learnt.baseline(target())).isPresent();
        assertThat(learnt.speed()).isBetween(0.1, 100.0);
        assertThat(first.progress().pacing()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("ADAPTIVE: " + PacingState.percent(learnt.speed()) + " of full speed; "));
        assertThat(lifeline.reported().orElseThrow().get("paced").get("baselines"))
                .hasSize(2);

        BatchOutcome second = cluster.mover().move(order("30-59", learnt), new FreeLifeline(2, 1, lifeline.reported()));

        assertThat(second.complete()).isTrue();
        assertThat(second.pacing().orElseThrow().baselines())
                .containsOnlyKeys(learnt.baselines().keySet());
        assertThat(cluster.ownedBy(cluster.target).intersect(SlotRanges.parse("0-99")))
                .isEqualTo(SlotRanges.parse("0-59"));
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(Set.of(cluster.source.hostAndPort()))
                .clientConfig(DefaultJedisClientConfig.builder().resp2().build())
                .build()) {
            cluster.written()
                    .forEach((key, value) -> assertThat(client.get(key)).isEqualTo(value));
        }
    }

    @Test
    void a_batch_under_way_that_meets_load_waits_with_no_slot_in_hand_and_goes_on_once_it_is_over() {
        AtomicInteger looks = new AtomicInteger();
        BatchGuard guard = new BatchGuard() {
            @Override
            public Optional<ClientLatency.Look> before(Ends ends) {
                if (looks.incrementAndGet() > 2) {
                    throw new Halted(FailureKind.LOAD_TOO_HIGH, "busy", List.of(), "wait");
                }
                return Optional.empty();
            }

            @Override
            public void after(Ends ends) {}
        };
        BatchMover mover = new BatchMover(cluster.reader(), Optional.empty(), guard, RELOOKING);
        BatchOrder order = cluster.order("100-129", Mode.STEADY);

        assertThatThrownBy(() -> mover.move(order, new FreeLifeline())).hasMessageContaining("busy");

        assertThat(looks).hasValue(3);
        ClusterReader.Agreed seen = cluster.reader().agreedWhileSlotsMove(cluster.access);
        assertThat(ClusterViews.openSlots(seen.views())).isEmpty();
        int moved = cluster.ownedBy(cluster.target)
                .intersect(SlotRanges.parse("100-129"))
                .size();
        assertThat(moved).isBetween(1, 29);

        assertThatThrownBy(() -> mover.move(order, new FreeLifeline(2, 1, Optional.empty())))
                .as("an attempt that finds it under way looks before it goes on")
                .hasMessageContaining("busy");
        assertThat(cluster.ownedBy(cluster.target)
                        .intersect(SlotRanges.parse("100-129"))
                        .size())
                .isEqualTo(moved);

        looks.set(-1_000);
        BatchOutcome outcome = mover.move(order, new FreeLifeline(3, 1, Optional.empty()));
        assertThat(outcome.complete()).isTrue();
        assertThat(outcome.resumed()).isEqualTo(moved);
    }

    @Test
    void a_node_that_stands_still_slows_the_batch_down_and_when_it_answers_again_the_batch_becomes_faster() {
        Adaptive generous = new Adaptive(1_000, at(80));
        Set<Cause> causes = ConcurrentHashMap.newKeySet();
        AdaptivePacer.Terms terms = new AdaptivePacer.Terms(
                generous, 4, Set.of(), new Thresholds(100, 100, LONG, LONG, LONG), () -> false, causes::add);
        // A member that stands still would leave a cluster that is not ok to the other tests.
        LocalNode alone = cluster.cluster.startSpare();
        try (AdaptivePacer pacer = AdaptivePacer.start(cluster.nodes, List.of(GrownCluster.member(alone)), terms)) {
            alone.suspend();
            try {
                await().atMost(LONG).until(() -> causes.contains(Cause.NO_ANSWER));
                assertThat(pacer.state().orElseThrow().slowdowns()).isPositive();
            } finally {
                alone.resume();
            }
            await().atMost(LONG).until(() -> pacer.text().orElseThrow().contains("of " + GrownCluster.address(alone)));
            double slow = pacer.state().orElseThrow().speed();
            await().atMost(LONG).until(() -> pacer.state().orElseThrow().speed() > slow);
        }
    }
}
