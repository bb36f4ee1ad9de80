package io.slotferry.planning;

import static io.slotferry.planning.Clusters.even;
import static io.slotferry.planning.Clusters.evenWithReplicas;
import static io.slotferry.planning.Clusters.id;
import static io.slotferry.planning.Clusters.member;
import static io.slotferry.planning.Clusters.order;
import static io.slotferry.planning.Clusters.planned;
import static io.slotferry.planning.Clusters.replica;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

class PlanTextTest {
    @Example
    void two_servers_join_three() {
        PlanOrder order = new PlanOrder(
                evenWithReplicas(3),
                List.of(member(1_001, "10.0.0.4:7000"), member(1_002, "10.0.0.5:7000")),
                List.of(replica(2_001, "10.0.0.4:7001"), replica(2_002, "10.0.0.5:7001")),
                100,
                Plan.AttachOrder.AFTER_RESHARD,
                Map.of(id(1), 500_000L, id(2), 500_000L, id(3), 500_000L),
                Duration.ofSeconds(10),
                "{}");
        Plan plan = planned(order);

        assertThat(PlanText.render(plan, "orders"))
                .isEqualTo("""
                        Plan %s for cluster orders

                        Masters:  3 now, 5 afterwards, with 3,276 or 3,277 slots each.
                        Slots:    6,553 of 16,384 move, in 66 batches of at most 100 slots.

                        Who gives what to whom
                          10.0.0.1:7000 (00000001) keeps 3,277 of 5,461 slots and gives
                             1,092 to 10.0.0.4:7000 (000003e9): 0-1091
                             1,092 to 10.0.0.5:7000 (000003ea): 1092-2183
                          10.0.0.2:7000 (00000002) keeps 3,277 of 5,462 slots and gives
                             1,093 to 10.0.0.4:7000 (000003e9): 5461-6553
                             1,092 to 10.0.0.5:7000 (000003ea): 6554-7645
                          10.0.0.3:7000 (00000003) keeps 3,277 of 5,461 slots and gives
                             1,092 to 10.0.0.4:7000 (000003e9): 10923-12014
                             1,092 to 10.0.0.5:7000 (000003ea): 12015-13106

                        Who receives
                          10.0.0.4:7000 (000003e9), new: from 0 to 3,277 slots
                          10.0.0.5:7000 (000003ea), new: from 0 to 3,276 slots

                        Replicas to attach, after the slots moved
                          10.0.0.4:7001 (000007d1) to 10.0.0.5:7000 (000003ea)
                          10.0.0.5:7001 (000007d2) to 10.0.0.4:7000 (000003e9)

                        What is touched
                          2 new masters will join the cluster.
                          2 new replicas will join and follow.
                          5 masters will give or receive slots, with the keys in them.
                          cluster-allow-replica-migration: set to no on all 10 nodes while this runs, then put back.

                        Expected: 599,945 keys, about 12 min 23 s without waiting for windows, load or people.
                        """.formatted(plan.fingerprint().substring(0, 12)));
    }

    @Example
    void a_replica_alone_joins() {
        Plan plan = planned(order(even(2), List.of(), List.of(replica(2_001, "10.0.0.4:7001")), 100));

        assertThat(PlanText.render(plan, "orders"))
                .isEqualTo("""
                        Plan %s for cluster orders

                        Masters:  2 now, 2 afterwards, with 8,192 slots each.
                        Slots:    none moves.

                        Replicas to attach, after the slots moved
                          10.0.0.4:7001 (000007d1) to 10.0.0.1:7000 (00000001)

                        What is touched
                          1 new replica will join and follow.
                          cluster-allow-replica-migration: set to no on all 3 nodes while this runs, then put back.

                        Expected: 0 keys, about 1 s without waiting for windows, load or people.
                        """.formatted(plan.fingerprint().substring(0, 12)));
    }

    @Example
    void of_a_thousand_masters_the_first_are_shown_and_the_others_counted() {
        String text = PlanText.render(planned(order(even(1_000), 200, 100)), "orders");

        assertThat(text.lines().count()).isLessThan(80);
        assertThat(text).contains("Masters:  1,000 now, 1,200 afterwards, with 13 or 14 slots each.");
        assertThat(text).contains("  and 190 more masters with 2,470 slots in sum");
    }

    @Example
    void long_names_are_cut_in_the_middle() {
        String host = "cache-0001-with-a-very-long-name.orders.eu-west-1.compute.internal.example.com";
        Plan plan = planned(order(
                even(1),
                List.of(new Member(id(1_001), new NodeAddress(host, 16_379))),
                List.of(new PlanOrder.NewReplica(
                        new Member(id(2_001), new NodeAddress("b" + host, 16_379)), java.util.Optional.empty())),
                100));
        String text = PlanText.render(plan, "c".repeat(300));

        assertThat(text).contains("cache-0001-with...mple.com:16379 (000003e9), new: from 0 to 8,192 slots");
        assertThat(text.lines()).allMatch(line -> line.length() <= PlanText.COLUMNS);
    }

    @Property(tries = 25)
    @Domain(AnyClusters.class)
    @Domain(DomainContext.Global.class)
    void no_line_is_longer_than_a_terminal_is_wide_and_no_text_longer_than_a_few_screens(@ForAll PlanOrder order) {
        Assume.that(Planner.plan(order) instanceof PlanOutcome.Planned);

        String text = PlanText.render(planned(order), "orders");

        assertThat(text.lines()).allMatch(line -> line.length() <= PlanText.COLUMNS);
        assertThat(text.lines().count()).isLessThan(100);
    }
}
