package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.Node.KeyLook;
import io.slotferry.activities.redis.Node.KeysSeen;
import io.slotferry.activities.slots.CallSizer.Flush;
import io.slotferry.activities.slots.CallSizer.SizedKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** In which order keys are listed, sized and sent. */
class KeyQueueTest {
    private static final int SMALL = 100;

    private final CallSizer sizer = new CallSizer(() -> Duration.ofMillis(50));
    private final List<KeyLook> looks = new ArrayList<>();
    private final List<Flush> flushes = new ArrayList<>();

    /** Keys of each slot, with their sizes. */
    private final Map<Integer, Map<String, Long>> source = new TreeMap<>();

    private void has(int slot, int keys, long bytes) {
        Map<String, Long> held = new TreeMap<>();
        IntStream.range(0, keys).forEach(i -> held.put(slot + ":" + i, bytes));
        source.put(slot, held);
    }

    /** Answers each look from the source until the queue is empty. */
    private KeyQueue pass(List<Integer> slots) {
        KeyQueue queue = new KeyQueue(slots, sizer);
        while (!queue.isEmpty()) {
            Flush flush = queue.next();
            KeyLook look = queue.look();
            assertThat(flush.keys() + look.names().size() + look.slots().size())
                    .as("each round trip does something")
                    .isPositive();
            flushes.add(flush);
            looks.add(look);
            queue.seen(look, answer(look));
        }
        return queue;
    }

    private KeysSeen answer(KeyLook look) {
        List<Long> sizes = look.names().stream()
                .map(name -> new String(name, StandardCharsets.UTF_8))
                .map(name -> source.get(slotOf(name)).get(name))
                .toList();
        List<List<byte[]>> keys = look.slots().stream()
                .map(slot -> source.get(slot).keySet().stream()
                        .limit(look.count())
                        .map(name -> name.getBytes(StandardCharsets.UTF_8))
                        .toList())
                .toList();
        return new KeysSeen(sizes, keys);
    }

    private static int slotOf(String name) {
        return Integer.parseInt(name.substring(0, name.indexOf(':')));
    }

    private List<String> sent() {
        return flushes.stream()
                .flatMap(flush -> flush.calls().stream())
                .flatMap(List::stream)
                .map(key -> new String(key.key(), StandardCharsets.UTF_8))
                .toList();
    }

    private static List<Integer> slots(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    @Test
    void every_key_is_sent_once_slot_after_slot_and_a_call_has_keys_of_one() {
        IntStream.range(0, 64).forEach(slot -> has(slot, 1 + slot * 3, SMALL));
        pass(slots(64));

        assertThat(sent())
                .containsExactlyElementsOf(source.values().stream()
                        .flatMap(keys -> keys.keySet().stream())
                        .toList());
        assertThat(flushes).flatExtracting(Flush::calls).allSatisfy(call -> assertThat(call)
                .extracting(SizedKey::slot)
                .containsOnly(call.get(0).slot()));
    }

    @Test
    void what_comes_next_is_looked_at_behind_the_calls_before_it_so_that_a_flush_is_one_round_trip() {
        IntStream.range(0, 64).forEach(slot -> has(slot, 90, SMALL));
        pass(slots(64));

        assertThat(flushes.subList(0, 2)).allMatch(flush -> flush.calls().isEmpty());
        assertThat(flushes.subList(2, flushes.size())).hasSizeGreaterThan(50).noneMatch(flush -> flush.calls()
                .isEmpty());
    }

    @Test
    void few_keys_are_listed_sized_and_sent_at_a_time_once_it_is_known_how_many_slots_have() {
        IntStream.range(0, 64).forEach(slot -> has(slot, 50, SMALL));
        sizer.listed(64, 64 * 50);
        pass(slots(64));

        assertThat(looks).allSatisfy(look -> {
            assertThat(look.names()).hasSizeLessThanOrEqualTo(sizer.keysAtOnce());
            assertThat(look.slots()).hasSizeLessThanOrEqualTo(sizer.keysAtOnce() / 50);
        });
        assertThat(flushes).allMatch(flush -> flush.keys() <= sizer.keysAtOnce());
    }

    @Test
    void nearly_empty_slots_take_three_round_trips_for_all_of_them() {
        IntStream.range(0, 64).forEach(slot -> has(slot, slot % 16 == 0 ? 1 : 0, SMALL));
        KeyQueue queue = pass(slots(64));

        assertThat(flushes).hasSize(3);
        assertThat(queue.withKeys()).containsExactlyInAnyOrder(0, 16, 32, 48);
    }

    @Test
    void empty_slots_take_one() {
        IntStream.range(0, 64).forEach(slot -> has(slot, 0, SMALL));

        assertThat(pass(slots(64)).withKeys()).isEmpty();
        assertThat(flushes).hasSize(1);
    }

    @Test
    void a_slot_with_more_keys_than_are_listed_at_once_is_named() {
        has(0, 3, SMALL);
        has(1, 5_000, SMALL);

        assertThat(pass(slots(2)).listedInPart()).containsExactly(1);
        assertThat(sent()).hasSize(1_003);
    }

    @Test
    void a_key_larger_than_the_budget_goes_alone_and_no_more_sizes_are_asked_for_before_those_known_are_sent() {
        has(0, 3, 10_000_000);
        has(1, 200, SMALL);
        pass(slots(2));

        assertThat(flushes.stream().filter(flush -> flush.bytes() >= 10_000_000))
                .hasSize(3)
                .allMatch(flush -> flush.keys() == 1);
        assertThat(sent()).hasSize(203);
        assertThat(looks.stream().filter(look -> !look.names().isEmpty())).hasSize(3);
    }
}
