package io.slotferry.activities.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.ChangingNode.SlotChange;
import io.slotferry.planning.NodeId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.exceptions.JedisDataException;

class QuietTakingTest {
    private static final NodeId SELF = new NodeId("a".repeat(40));

    private static List<SlotChange> takings(int slots) {
        return IntStream.range(0, slots)
                .mapToObj(slot -> (SlotChange) new SlotChange.Taking(slot, SELF))
                .toList();
    }

    @Test
    void one_or_two_slots_and_other_changes_are_not_taken_quietly() {
        assertThat(QuietTaking.suits(takings(2))).isFalse();
        assertThat(QuietTaking.suits(takings(3))).isTrue();
        assertThat(QuietTaking.suits(List.of(
                        new SlotChange.Taking(1, SELF), new SlotChange.Owner(2, SELF), new SlotChange.Taking(3, SELF))))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.14", "7.0.15", "7.4.1", "8.0.2", "8.2.0", "8.3.240"})
    void redis_before_8_4_tells_all_of_each(String version) {
        assertThat(QuietTaking.helps(Map.of("redis_version", version))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.4.0", "8.6.3", "8.10.1", "9.0.0", "10.2.0", "255.255.255", "unknown", ""})
    void later_versions_and_what_is_no_version_are_left_alone(String version) {
        assertThat(QuietTaking.helps(Map.of("redis_version", version))).isFalse();
    }

    @Test
    void valkey_is_left_alone_which_calls_itself_redis_too() {
        assertThat(QuietTaking.helps(Map.of("redis_version", "7.2.4", "valkey_version", "8.1.0")))
                .isFalse();
    }

    @Test
    void each_slot_has_its_own_answer_and_that_of_a_quiet_one_is_the_first_refusal() {
        QuietTaking taking = new QuietTaking(takings(4));
        JedisDataException refused = new JedisDataException("ERR You can use SETSLOT only with masters.");
        List<Object> exec = List.of("first", refused, "taken 1", "stable 2", "taken 2", "last");

        assertThat(taking.answers(List.of("OK", "QUEUED", exec)))
                .hasValue(List.of("first", refused, "taken 2", "last"));
    }

    @Test
    void a_transaction_that_was_not_taken_has_no_answers() {
        JedisDataException aborted =
                new JedisDataException("EXECABORT Transaction discarded because of previous errors.");

        assertThat(new QuietTaking(takings(3)).answers(List.of("OK", aborted, aborted)))
                .isEmpty();
    }
}
