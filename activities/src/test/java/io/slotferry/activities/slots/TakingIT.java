package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.BatchMover.Patience;
import io.slotferry.planning.ClusterViews;
import io.slotferry.planning.SlotRanges;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchOutcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.JedisClusterCRC16;

/** A window of slots that its target takes in one transaction, on a server that would tell every node of each slot. */
class TakingIT {
    private static final int WINDOW = 64;
    private static final int SLOTS = 4 * WINDOW;

    private static GrownCluster cluster;
    private static long turns;

    @BeforeAll
    static void start() {
        cluster = GrownCluster.on(
                new WantedServer("redis-7.0").orSkip(TestAbortedException::new),
                // What a killed process has written is the kernel's; nobody holds it for failed before it is back.
                "appendonly yes",
                "appendfsync no",
                "cluster-node-timeout 60000");
        cluster.fill(SLOTS, SLOTS);
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Acts before and after slots are taken: the target is looked at right after it has answered. */
    private static BatchMover mover(Patience patience, Runnable before, Runnable after) {
        boolean[] taking = {false};
        MeddledNodes nodes = new MeddledNodes(cluster.nodes, call -> {
            if (call.takesSlots()) {
                taking[0] = true;
                before.run();
            } else if (taking[0] && call.method().equals("check")) {
                taking[0] = false;
                after.run();
            }
        });
        return new BatchMover(new ClusterReader(nodes), Optional.empty(), patience);
    }

    private static FreeLifeline lifeline() {
        return new FreeLifeline(++turns, 1, Optional.empty());
    }

    /** How many PONGs the target sends while it takes these slots. */
    private static long pongs(String slots, Runnable before) {
        long[] sent = {0};
        BatchOutcome outcome = mover(
                        Patience.USUAL,
                        () -> {
                            before.run();
                            sent[0] -= pongsSent();
                        },
                        () -> sent[0] += pongsSent())
                .move(cluster.order(slots), lifeline());
        assertThat(outcome.complete()).isTrue();
        assertTaken(slots);
        return sent[0];
    }

    private static long pongsSent() {
        try (Jedis target = cluster.target.jedis()) {
            return target.clusterInfo()
                    .lines()
                    .filter(line -> line.startsWith("cluster_stats_messages_pong_sent:"))
                    .mapToLong(line -> Long.parseLong(line.split(":")[1].trim()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** By every node's word, with their keys, and nothing is left open. */
    private static void assertTaken(String slots) {
        SlotRanges taken = SlotRanges.parse(slots);
        assertThat(cluster.ownedBy(cluster.target).containsAll(taken)).isTrue();
        assertThat(ClusterViews.openSlots(cluster.reader().sweep(cluster.access).views()))
                .isEmpty();
        Map<String, String> moved = new HashMap<>(cluster.written());
        moved.keySet().removeIf(key -> !taken.contains(JedisClusterCRC16.getSlot(key)));
        assertThat(moved).isNotEmpty();
        try (Jedis target = cluster.target.jedis()) {
            moved.forEach((key, value) -> assertThat(target.get(key)).isEqualTo(value));
        }
    }

    private static void limitMemory(String bytes) {
        try (Jedis target = cluster.target.jedis()) {
            target.configSet("maxmemory", bytes);
        }
    }

    @Test
    void
            slots_that_are_taken_together_cost_fewer_messages_than_slots_and_are_taken_one_by_one_where_nothing_is_queued() {
        long together = pongs("0-63", () -> {});
        // Over its maxmemory a node queues nothing.
        long oneByOne = pongs("64-127", () -> limitMemory("1"));
        limitMemory("0");

        assertThat(together).isLessThan(WINDOW);
        assertThat(oneByOne).isGreaterThanOrEqualTo(WINDOW);
    }

    @Test
    void slots_that_were_taken_by_an_attempt_which_ended_there_are_finished_by_the_next() {
        FreeLifeline first = lifeline();
        BatchMover mover = mover(Patience.USUAL, () -> {}, first::supersede);

        assertThat(catchThrowableOfType(Lifeline.Superseded.class, () -> mover.move(cluster.order("128-191"), first)))
                .isNotNull();

        assertThat(cluster.mover().move(cluster.order("128-191"), lifeline()).complete())
                .isTrue();
        assertTaken("128-191");
    }

    @Test
    void slots_that_were_taken_by_a_target_which_died_there_are_its_own_once_it_is_back() {
        // Only the test starts it again.
        Patience brief = new Patience(Patience.USUAL.agreement(), Duration.ofSeconds(1));
        BatchMover mover = mover(brief, () -> {}, () -> cluster.target.kill());

        assertThat(catchThrowableOfType(RuntimeException.class, () -> mover.move(cluster.order("192-255"), lifeline())))
                .isNotNull();
        cluster.target.start();
        Awaitility.await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> {
            cluster.reader().agreedWhileSlotsMove(cluster.access);
            return true;
        });

        assertThat(cluster.mover().move(cluster.order("192-255"), lifeline()).complete())
                .isTrue();
        assertTaken("192-255");
    }
}
