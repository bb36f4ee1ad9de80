package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.slotferry.activities.pacing.AdaptivePacer;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Adaptive;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import io.slotferry.workflows.contract.ExpandRequest.Thresholds;
import io.slotferry.workflows.contract.PacingState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.RedisClusterClient;

/** Pacing ADAPTIVE on real servers. What clients feel on this machine is not asserted. */
class AdaptivePacingIT {
    private static final Duration LONG = Duration.ofMinutes(2);

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

    private static NodeId source() {
        return new NodeId(cluster.source.nodeId());
    }

    private static NodeId target() {
        return new NodeId(cluster.target.nodeId());
    }

    @Test
    void batches_move_at_the_pace_that_is_found_and_the_first_ones_baselines_hold_for_the_next() {
        FreeLifeline lifeline = new FreeLifeline();
        BatchOutcome first = cluster.mover().move(order("0-29", PacingState.FIRST), lifeline);

        assertThat(first.complete()).isTrue();
        PacingState learnt = first.pacing().orElseThrow();
        assertThat(learnt.baseline(source())).isPresent();
        assertThat(learnt.baseline(target())).isPresent();
        assertThat(learnt.speed()).isBetween(2, 100);
        assertThat(first.progress().pacing()).hasValueSatisfying(text -> assertThat(text)
                .startsWith("ADAPTIVE: " + learnt.speed() + " % of full speed; "));
        assertThat(lifeline.reported().orElseThrow().get("paced").get("baselines"))
                .hasSize(2);

        BatchOutcome second = cluster.mover().move(order("30-59", learnt), new FreeLifeline(2, 1, lifeline.reported()));

        assertThat(second.complete()).isTrue();
        assertThat(second.pacing().orElseThrow().baselines()).isEqualTo(learnt.baselines());
        assertThat(cluster.ownedBy(cluster.target)).isEqualTo(SlotRanges.parse("0-59"));
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(java.util.Set.of(cluster.source.hostAndPort()))
                .clientConfig(DefaultJedisClientConfig.builder().resp2().build())
                .build()) {
            cluster.written()
                    .forEach((key, value) -> assertThat(client.get(key)).isEqualTo(value));
        }
    }

    @Test
    void a_node_that_stands_still_slows_the_batch_down_and_when_it_answers_again_the_batch_becomes_faster() {
        Adaptive generous = new Adaptive(1_000, new PacingState(Map.of(), 80, 0, 100, 0));
        AdaptivePacer.Terms terms =
                new AdaptivePacer.Terms(generous, 4, new Thresholds(100, 100, LONG, LONG, LONG), () -> false);
        try (AdaptivePacer pacer =
                AdaptivePacer.start(cluster.nodes, List.of(GrownCluster.member(cluster.other)), terms)) {
            cluster.other.suspend();
            try {
                await().atMost(LONG).until(() -> pacer.state().orElseThrow().slowdowns() > 0);
            } finally {
                cluster.other.resume();
            }
            await().atMost(LONG)
                    .until(() -> pacer.text().orElseThrow().contains("of " + GrownCluster.address(cluster.other)));
            int slow = pacer.state().orElseThrow().speed();
            await().atMost(LONG).until(() -> pacer.state().orElseThrow().speed() > slow);
        }
    }
}
