package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.slotferry.activities.attempt.Lifeline;
import io.slotferry.activities.cluster.ClusterReader;
import io.slotferry.activities.slots.BatchMover.Patience;
import io.slotferry.activities.slots.MeddledNodes.Call;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.Planner;
import io.slotferry.servers.WantedServer;
import io.slotferry.workflows.contract.BatchChain;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.BatchOrder.Terms;
import io.slotferry.workflows.contract.BatchOutcome;
import io.slotferry.workflows.contract.BatchProgress;
import io.slotferry.workflows.contract.BatchProgress.Earlier;
import io.slotferry.workflows.contract.SlotferryJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.opentest4j.TestAbortedException;

/** Batches of a plan that follow each other in one activity; each test moves the next ones. */
class ChainMoverIT {
    private static final Duration LONG = Duration.ofDays(1);

    /** A machine that has much else to do is of one mind later. */
    private static final Patience PATIENT = new Patience(Duration.ofMinutes(3), Duration.ofMinutes(3));

    private static final int SLOTS = 20;

    private static GrownCluster cluster;
    private static Plan plan;
    private static int batchesDone;
    private static long turn;

    @BeforeAll
    static void plan() {
        cluster = GrownCluster.on(
                WantedServer.named("redis-7.0").findFirst().orElseThrow().orSkip(TestAbortedException::new));
        cluster.fill(3_000, 16_384 / 4);
        plan = ((PlanOutcome.Planned) Planner.plan(new PlanOrder(
                        cluster.reader().agreed(cluster.access).cluster(),
                        List.of(GrownCluster.member(cluster.target)),
                        List.of(),
                        SLOTS,
                        AttachOrder.AFTER_RESHARD,
                        Map.of(),
                        Duration.ZERO,
                        "request")))
                .plan();
    }

    @AfterAll
    static void close() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** The plan's next batches. */
    private static BatchChain next(int batches) {
        BatchChain chain = new BatchChain(IntStream.rangeClosed(batchesDone + 1, batchesDone + batches)
                .mapToObj(ChainMoverIT::order)
                .toList());
        batchesDone += batches;
        return chain;
    }

    private static BatchOrder order(int number) {
        return cluster.order(plan, number);
    }

    /** An attempt at a chain. */
    private record Attempt(BatchChain chain, ChainMemory memory, FreeLifeline lifeline) {
        Attempt(BatchChain chain, Optional<JsonNode> lastReport) {
            this(chain, new ChainMemory(chain), new FreeLifeline(++turn, 1, lastReport));
        }

        List<BatchOutcome> move(Duration longest, Consumer<Call> meddling) {
            BatchMover mover = new BatchMover(
                    new ClusterReader(new MeddledNodes(cluster.nodes, meddling)),
                    Optional.of(new Course(plan, false)),
                    PATIENT);
            return new ChainMover(mover, chain, memory, lifeline, longest).move();
        }

        List<BatchOutcome> move() {
            return move(LONG, call -> {});
        }

        /** Dies when the target is about to take slots of the batch at this place: they stand open. */
        Attempt crashIn(int place) {
            int number = chain.orders().get(place).number();
            assertThatThrownBy(() -> move(LONG, call -> {
                        if (call.takesSlots() && inHand().number() == number) {
                            throw new Lifeline.Superseded("as in a crash");
                        }
                    }))
                    .isInstanceOf(Lifeline.Superseded.class);
            return this;
        }

        BatchProgress inHand() {
            return SlotferryJson.mapper().convertValue(lifeline.reported().orElseThrow(), BatchProgress.class);
        }
    }

    private static void assertAllAtTarget(BatchChain chain) {
        assertThat(chain.orders()).allSatisfy(order -> order.moves()
                .forEach(move -> assertThat(cluster.ownedBy(cluster.target).containsAll(move.slots()))
                        .isTrue()));
    }

    @Test
    void batches_follow_each_other_and_heartbeats_tell_of_the_one_in_hand_and_of_those_before_it() {
        BatchChain chain = next(3);
        Attempt attempt = new Attempt(chain, Optional.empty());

        List<BatchOutcome> outcomes = attempt.move();

        assertThat(outcomes)
                .extracting(outcome -> outcome.progress().number())
                .containsExactlyElementsOf(
                        chain.orders().stream().map(BatchOrder::number).toList());
        assertThat(outcomes).allMatch(BatchOutcome::complete);
        assertThat(outcomes).extracting(outcome -> outcome.seen().isPresent()).containsExactly(false, false, true);
        assertThat(outcomes.get(2).seen().orElseThrow().byNode()).hasSize(3);
        assertAllAtTarget(chain);
        BatchProgress last = attempt.inHand();
        assertThat(last.number()).isEqualTo(chain.last().number());
        assertThat(last.slotsDone()).isEqualTo(SLOTS);
        assertThat(last.earlier()).contains(Earlier.of(outcomes.subList(0, 2)));
        assertThat(last.earlier().orElseThrow().slots()).isEqualTo(2 * SLOTS);
    }

    @Test
    void a_chain_ends_before_the_next_batch_when_its_time_is_over_or_it_is_to_stop_or_that_one_comes_too_late() {
        BatchChain chain = next(1);
        BatchOrder following = order(batchesDone + 1);

        assertThat(new Attempt(two(chain.first(), following), Optional.empty()).move(Duration.ZERO, call -> {}))
                .extracting(outcome -> outcome.progress().number())
                .containsExactly(chain.first().number());
        BatchOrder late = following.under(new Terms(Optional.empty(), Optional.of(Instant.EPOCH)));
        assertThat(new Attempt(two(chain.first(), late), Optional.empty()).move())
                .hasSize(1);
        Attempt stopping = new Attempt(two(chain.first(), following), Optional.empty());
        BooleanSupplier firstIsDone = () -> !stopping.memory().done().isEmpty();
        stopping.lifeline().stoppingWhen(firstIsDone);
        assertThat(stopping.move()).hasSize(1).allMatch(BatchOutcome::complete);
    }

    private static BatchChain two(BatchOrder first, BatchOrder second) {
        return new BatchChain(List.of(first, second));
    }

    @Test
    void the_attempt_after_a_crash_goes_on_in_the_batch_in_hand_and_counts_nothing_twice() {
        BatchChain chain = next(4);
        Attempt crashed = new Attempt(chain, Optional.empty()).crashIn(2);
        List<BatchOutcome> before = crashed.memory().done();
        assertThat(before).hasSize(2);

        List<BatchOutcome> outcomes = new Attempt(chain, crashed.lifeline().reported()).move();

        assertThat(outcomes).hasSize(4).allMatch(BatchOutcome::complete);
        assertThat(outcomes.subList(0, 2)).isEqualTo(before);
        assertAllAtTarget(chain);
    }

    /** A worker that was not heard for a while; and a workflow that was reset to before the activity. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void where_the_last_heartbeat_is_older_than_the_cluster_the_batch_in_hand_is_found_there(boolean heard) {
        BatchChain chain = next(4);
        new Attempt(chain, Optional.empty()).crashIn(2);
        Optional<JsonNode> lastReport =
                heard ? Optional.of(SlotferryJson.mapper().createObjectNode()) : Optional.empty();

        List<BatchOutcome> outcomes = new Attempt(chain, lastReport).move();

        assertThat(outcomes).hasSize(4).allMatch(BatchOutcome::complete);
        assertThat(outcomes.subList(0, 2)).allSatisfy(passed -> {
            assertThat(passed.resumed()).isEqualTo(SLOTS);
            assertThat(passed.progress().keysMoved()).isZero();
        });
        assertAllAtTarget(chain);
    }

    @Test
    void where_every_batch_was_told_to_be_done_the_last_one_is_looked_at_once_more() {
        BatchChain chain = next(2);
        Attempt done = new Attempt(chain, Optional.empty());
        List<BatchOutcome> outcomes = done.move();
        Optional<JsonNode> lastReport = Optional.of(
                ChainMemory.beside(done.memory().done(), SlotferryJson.mapper().createObjectNode()));

        List<BatchOutcome> again = new Attempt(chain, lastReport).move();

        assertThat(again)
                .extracting(BatchOutcome::progress)
                .isEqualTo(outcomes.stream().map(BatchOutcome::progress).toList());
        assertThat(again.get(1).seen()).isPresent();
    }
}
