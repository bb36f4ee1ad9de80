package io.slotferry.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.distribution.GrowingCluster.Outcome;
import io.slotferry.sandbox.BatchHistory;
import io.slotferry.sandbox.BatchHistory.Movement;
import io.slotferry.sandbox.Dataset;
import io.slotferry.sandbox.MidBatch;
import io.slotferry.servers.LocalCluster;
import io.slotferry.servers.LocalNode;
import io.slotferry.servers.ServerBinary;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What dies in the middle of a batch, and how the run goes on. */
@Isolated("it measures how soon slots move again")
class CrashIT {
    /** From a worker's or server's restart until slots move again; promised, not aimed at. */
    private static final Duration PROMISE = Duration.ofSeconds(15);

    @Test
    void a_worker_that_dies_inside_a_batch_is_followed_by_one_that_goes_on_in_that_batch() throws Exception {
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                GrowingCluster orders = GrowingCluster.start(
                        backstage, LocalCluster.builder(ServerBinary.find()), Dataset.of(300_000))) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> outcome =
                    CompletableFuture.supplyAsync(() -> orders.expand(List.of(master), List.of(replica)));

            MidBatch moment = MidBatch.await(backstage.link(), orders.workflowId(), master, 7, outcome::isDone)
                    .orElseThrow();
            backstage.worker().kill();
            int slots = MidBatch.slots(master);
            backstage.startWorker();
            Duration waited = untilMovement(master, slots, outcome);

            System.out.println("Slots moved again " + waited.toMillis() + " ms after the second worker began to poll.");
            assertThat(waited).isLessThanOrEqualTo(PROMISE);
            assertThat(outcome.get().exit()).as(outcome.get().text()).isZero();
            orders.assertBalanced(4);
            BatchHistory history = orders.history();
            assertNoBatchRepeated(history);
            Movement resumed = history.movements().get(moment.batch() - 1);
            assertThat(resumed.attempts()).isGreaterThan(1);
            assertThat(resumed.outcome().orElseThrow().resumed()).isPositive();
            orders.assertNothingLostThroughAStandstill();
        }
    }

    @Test
    void a_temporal_server_that_dies_and_comes_back_on_its_file_goes_on() throws Exception {
        try (TemporalAndWorker backstage = TemporalAndWorker.start();
                GrowingCluster orders = GrowingCluster.start(
                        backstage, LocalCluster.builder(ServerBinary.find()), Dataset.of(300_000))) {
            LocalNode master = orders.startNode(4);
            LocalNode replica = orders.startNode(5);
            CompletableFuture<Outcome> outcome =
                    CompletableFuture.supplyAsync(() -> orders.expand(List.of(master), List.of(replica)));

            assertThat(MidBatch.await(backstage.link(), orders.workflowId(), master, 7, outcome::isDone))
                    .isPresent();
            backstage.temporal().kill();
            // Longer than a batch takes, so that the worker has its answer to give and nobody to give it to.
            Thread.sleep(3_000);
            int slots = MidBatch.slots(master);
            backstage.temporal().start();
            Duration waited = untilMovement(master, slots, outcome);

            System.out.println("Slots moved again " + waited.toMillis() + " ms after the server was back.");
            assertThat(outcome.get().exit()).as(outcome.get().text()).isZero();
            orders.assertBalanced(4);
            assertNoBatchRepeated(orders.history());
            orders.assertNothingLostThroughAStandstill();
        }
    }

    private static Duration untilMovement(LocalNode master, int slots, CompletableFuture<Outcome> outcome) {
        long began = System.nanoTime();
        assertThat(MidBatch.awaitMovement(master, slots, outcome::isDone)).isTrue();
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private static void assertNoBatchRepeated(BatchHistory history) {
        assertThat(history.repeated()).isEmpty();
        assertThat(history.movements())
                .extracting(Movement::number)
                .containsExactlyElementsOf(IntStream.rangeClosed(1, 41).boxed().toList());
    }
}
