package io.slotferry.activities.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.cluster.AtomicOffer.Offered;
import io.slotferry.activities.cluster.ClusterReader.Asked;
import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.planning.NodeAddress;
import io.slotferry.workflows.contract.ExpandRequest.Migration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AtomicOfferTest {
    private static AtomicOffer offer(Kind... kinds) {
        return AtomicOffer.of(answers(kinds));
    }

    private static Asked<Offered> answers(Kind... kinds) {
        Map<NodeAddress, Offered> answers = new LinkedHashMap<>();
        for (Kind kind : kinds) {
            answers.put(new NodeAddress("10.0.0." + (answers.size() + 1), 7000), new Offered(kind, "1"));
        }
        return new Asked<>(answers, new LinkedHashMap<>());
    }

    @Test
    void what_all_nodes_offer_by_one_command_is_taken_unless_the_request_wants_keys() {
        for (Kind kind : new Kind[] {Kind.IMPORT, Kind.MIGRATESLOTS}) {
            AtomicOffer offer = offer(kind, kind, kind);

            assertThat(offer.kind()).isEqualTo(kind);
            assertThat(offer.without()).isEmpty();
            assertThat(offer.isTaken(Migration.AUTO)).isTrue();
            assertThat(offer.isTaken(Migration.ATOMIC)).isTrue();
            assertThat(offer.isTaken(Migration.KEYS)).isFalse();
        }
    }

    @Test
    void one_node_without_it_is_enough() {
        AtomicOffer offer = offer(Kind.IMPORT, Kind.NONE, Kind.IMPORT);

        assertThat(offer.isTaken(Migration.AUTO)).isFalse();
        assertThat(offer.isTaken(Migration.ATOMIC)).isFalse();
        assertThat(offer.without()).containsExactly("10.0.0.2:7000 offers no atomic slot migration");
    }

    @Test
    void nodes_that_offer_it_by_different_commands_do_not_understand_each_other() {
        AtomicOffer offer = offer(Kind.IMPORT, Kind.MIGRATESLOTS);

        assertThat(offer.isTaken(Migration.AUTO)).isFalse();
        assertThat(offer.without())
                .containsExactly(
                        "10.0.0.1:7000 offers CLUSTER MIGRATION IMPORT", "10.0.0.2:7000 offers CLUSTER MIGRATESLOTS");
    }

    @Test
    void valkey_with_several_databases_counts_as_without_it() {
        Asked<Offered> asked = answers(Kind.MIGRATESLOTS, Kind.MIGRATESLOTS);
        asked.answers().put(new NodeAddress("10.0.0.9", 7000), new Offered(Kind.MIGRATESLOTS, "4"));

        AtomicOffer offer = AtomicOffer.of(asked);

        assertThat(offer.isTaken(Migration.AUTO)).isFalse();
        assertThat(offer.isTaken(Migration.ATOMIC)).isFalse();
        assertThat(offer.without())
                .containsExactly("10.0.0.9:7000 has several databases (cluster-databases 4), in which atomic slot"
                        + " migration loses writes");
    }

    @Test
    void where_none_offers_it_no_list_of_all_nodes_says_so() {
        AtomicOffer offer = offer(Kind.NONE, Kind.NONE, Kind.NONE);

        assertThat(offer.isTaken(Migration.AUTO)).isFalse();
        assertThat(offer.without()).containsExactly("no node offers atomic slot migration");
    }
}
