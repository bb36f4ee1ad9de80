package io.slotferry.workflows.expand;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.slotferry.planning.Cluster;
import io.slotferry.planning.Member;
import io.slotferry.planning.NodeAddress;
import io.slotferry.planning.NodeId;
import io.slotferry.planning.Plan;
import io.slotferry.planning.Plan.AttachOrder;
import io.slotferry.planning.PlanOrder;
import io.slotferry.planning.PlanOutcome;
import io.slotferry.planning.Planner;
import io.slotferry.planning.Shard;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.BatchOrder;
import io.slotferry.workflows.contract.ExpandRequest;
import io.slotferry.workflows.contract.Processes;
import io.slotferry.workflows.contract.RequestReader;
import io.slotferry.workflows.contract.SlotferryJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchOrdersTest {
    private static final ExpandRequest REQUEST = RequestReader.read(ExpandTestRun.json(ExpandTestRun.request("")));

    @ParameterizedTest
    @CsvSource({
        "3, 1, 100, 4096",
        "3, 2, 100, 4096",
        "10, 5, 100, 4096",
        "6, 1, 16384, 4096",
        // As many lanes as a batch may have, between shards that are all different, with long host names.
        "100, 50, 100, 4096",
        "100, 50, 1000, 4096",
        "30, 30, 500, 4096"
    })
    void a_batch_takes_little_of_history_and_reads_back(int masters, int added, int slots, int most)
            throws JsonProcessingException {
        Plan plan = plan(masters, added, slots, AttachOrder.BEFORE_RESHARD);
        for (int i = 0; i < plan.batches().size(); i++) {
            BatchOrder order = knowingAllEnds(BatchOrders.order(REQUEST, plan, i));
            String json = SlotferryJson.mapper().writeValueAsString(order);

            assertThat(SlotferryJson.mapper().readValue(json, BatchOrder.class)).isEqualTo(order);
            assertThat(json.getBytes(StandardCharsets.UTF_8).length)
                    .as(order.moves().size() + " moves")
                    .isLessThanOrEqualTo(most);
        }
    }

    @Test
    void the_hard_limit_for_big_keys_goes_with_every_batch_and_is_left_out_where_it_is_the_usual_one()
            throws JsonProcessingException {
        Plan plan = plan(3, 1, 100, AttachOrder.BEFORE_RESHARD);
        ExpandRequest lower = RequestReader.read(
                ExpandTestRun.json(ExpandTestRun.request(", 'bigKeys': {'limit': '1MB', 'hardLimit': '20MB'}")));

        String usual = SlotferryJson.mapper().writeValueAsString(BatchOrders.order(REQUEST, plan, 0));
        String json = SlotferryJson.mapper().writeValueAsString(BatchOrders.order(lower, plan, 0));

        assertThat(usual).doesNotContain("largestKey");
        assertThat(SlotferryJson.mapper().readValue(usual, BatchOrder.class).largestKey())
                .hasToString("100MB");
        assertThat(SlotferryJson.mapper().readValue(json, BatchOrder.class).largestKey())
                .hasToString("20MB");
    }

    /** Each master with more keys than most nodes have. */
    private static BatchOrder knowingAllEnds(BatchOrder order) {
        Map<NodeId, Processes.Known> known = new HashMap<>();
        order.moves().forEach(move -> Stream.of(move.source(), move.target()).forEach(shard -> shard.stream()
                .limit(1)
                .forEach(member -> known.put(
                        member.id(), new Processes.Known("0123456789abcdef", 999_999_999L, Processes.State.EMPTIED)))));
        return order.knowing(new Processes(known)).going(BatchOrder.Way.BACK);
    }

    @Test
    void a_new_shard_has_its_replica_as_a_member_only_where_that_was_attached_before() {
        Plan before = plan(3, 1, 100, AttachOrder.BEFORE_RESHARD);
        Plan after = plan(3, 1, 100, AttachOrder.AFTER_RESHARD);

        assertThat(BatchOrders.order(REQUEST, before, 0).moves().get(0).target())
                .hasSize(2);
        assertThat(BatchOrders.order(REQUEST, after, 0).moves().get(0).target()).hasSize(1);
        assertThat(BatchOrders.order(REQUEST, after, 0).moves().get(0).source()).hasSize(2);
        assertThat(BatchOrders.pairings(after, shard -> true)).singleElement().satisfies(pairing -> assertThat(
                        pairing.shard().get(0))
                .isEqualTo(after.shards().get(3).master()));
        assertThat(BatchOrders.pairings(after, shard -> false)).isEmpty();
    }

    static Plan plan(int masters, int added, int slots, AttachOrder attach) {
        List<Shard> shards = IntStream.range(0, masters)
                .mapToObj(i -> new Shard(
                        node("orders-redis-master", i),
                        List.of(node("orders-redis-replica", 1000 + i)),
                        SlotRanges.ofSlots(IntStream.range(i * 16384 / masters, (i + 1) * 16384 / masters))))
                .toList();
        List<Member> news = IntStream.range(0, added)
                .mapToObj(i -> node("orders-redis-new", 2000 + i))
                .toList();
        List<PlanOrder.NewReplica> replicas = IntStream.range(0, added)
                .mapToObj(i -> new PlanOrder.NewReplica(node("orders-redis-copy", 3000 + i), Optional.empty()))
                .toList();
        PlanOutcome outcome = Planner.plan(
                new PlanOrder(new Cluster(shards), news, replicas, slots, attach, Map.of(), Duration.ZERO, "request"));
        return ((PlanOutcome.Planned) outcome).plan();
    }

    private static Member node(String name, int number) {
        return new Member(
                new NodeId(String.format(Locale.ROOT, "%040x", number * 7919L + 1)),
                new NodeAddress(name + "-" + number, 6379));
    }
}
