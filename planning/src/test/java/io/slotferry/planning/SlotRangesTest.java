package io.slotferry.planning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class SlotRangesTest {
    /** Sets of a few dozen slots or runs, with the first and the last slot among them as often as not. */
    @Provide
    Arbitrary<Set<Integer>> sets() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 40),
                        Arbitraries.of(1, 5, 3_000),
                        Arbitraries.of(50, SlotRange.SLOTS),
                        Arbitraries.longs())
                .as((runs, longest, within, seed) -> {
                    Random random = new Random(seed);
                    Set<Integer> slots = new HashSet<>();
                    for (int run = 0; run < runs; run++) {
                        int from = random.nextInt(within);
                        int to = Math.min(SlotRange.SLOTS - 1, from + random.nextInt(longest));
                        for (int slot = from; slot <= to; slot++) {
                            slots.add(slot);
                        }
                    }
                    if (seed % 2 == 0) {
                        slots.add(0);
                        slots.add(SlotRange.SLOTS - 1);
                    }
                    return slots;
                });
    }

    private static SlotRanges ranges(Set<Integer> slots) {
        return SlotRanges.ofSlots(slots.stream().mapToInt(slot -> slot));
    }

    private static SlotRanges model(Set<Integer> a, Set<Integer> b, BiConsumer<Set<Integer>, Set<Integer>> change) {
        Set<Integer> result = new HashSet<>(a);
        change.accept(result, b);
        return ranges(result);
    }

    @Property(tries = 300)
    void what_is_printed_is_read_back(@ForAll("sets") Set<Integer> slots) {
        SlotRanges ranges = ranges(slots);

        assertThat(SlotRanges.parse(ranges.toString())).isEqualTo(ranges).hasSameHashCodeAs(ranges);
        assertThat(SlotRanges.of(ranges.ranges().toArray(SlotRange[]::new))).isEqualTo(ranges);
    }

    @Property(tries = 300)
    void a_set_holds_its_slots_in_ascending_order_and_no_other(@ForAll("sets") Set<Integer> slots) {
        SlotRanges ranges = ranges(slots);

        assertThat(ranges.stream().boxed()).containsExactlyElementsOf(new TreeSet<>(slots));
        assertThat(ranges.size()).isEqualTo(slots.size());
        assertThat(ranges.isEmpty()).isEqualTo(slots.isEmpty());
        for (int slot = -1; slot <= SlotRange.SLOTS; slot++) {
            assertThat(ranges.contains(slot)).isEqualTo(slots.contains(slot));
        }
    }

    @Property(tries = 300)
    void ranges_are_ascending_disjoint_and_not_adjacent(@ForAll("sets") Set<Integer> slots) {
        int last = -2;
        for (SlotRange range : ranges(slots).ranges()) {
            assertThat(range.from()).isGreaterThan(last + 1);
            last = range.to();
        }
    }

    @Property(tries = 300)
    void sets_combine_as_sets_do(@ForAll("sets") Set<Integer> a, @ForAll("sets") Set<Integer> b) {
        assertThat(ranges(a).plus(ranges(b))).isEqualTo(model(a, b, Set::addAll));
        assertThat(ranges(a).minus(ranges(b))).isEqualTo(model(a, b, Set::removeAll));
        assertThat(ranges(a).intersect(ranges(b))).isEqualTo(model(a, b, Set::retainAll));
        assertThat(SlotRanges.union(java.util.stream.Stream.of(ranges(a), ranges(b))))
                .isEqualTo(ranges(a).plus(ranges(b)));
        assertThat(ranges(a).containsAll(ranges(b))).isEqualTo(a.containsAll(b));
        assertThat(ranges(a).containsAll(ranges(a).intersect(ranges(b)))).isTrue();
    }

    @Property(tries = 300)
    void the_first_slots_are_the_lowest(
            @ForAll("sets") Set<Integer> slots, @ForAll @IntRange(min = 0, max = 20_000) int count) {
        assertThat(ranges(slots).first(count))
                .isEqualTo(SlotRanges.ofSlots(
                        new TreeSet<>(slots).stream().limit(count).mapToInt(slot -> slot)));
    }

    @Example
    void all_slots_are_16384() {
        assertThat(SlotRanges.all()).hasToString("0-16383");
        assertThat(SlotRanges.all().size()).isEqualTo(16_384);
        assertThat(SlotRanges.none()).hasToString("");
        assertThat(SlotRanges.parse("")).isEqualTo(SlotRanges.none());
    }

    @Example
    void overlapping_and_adjacent_ranges_become_one() {
        assertThat(SlotRanges.parse("5-9,0-3,4,7-20")).hasToString("0-20");
    }

    @Example
    void other_text_is_refused_with_the_part_at_fault() {
        assertThatThrownBy(() -> SlotRanges.parse("1,x-3"))
                .hasMessage("\"x-3\" is not a slot or a range of slots, in \"1,x-3\"");
        assertThatThrownBy(() -> SlotRanges.parse("1,"))
                .hasMessage("\"\" is not a slot or a range of slots, in \"1,\"");
        assertThatThrownBy(() -> SlotRanges.parse("9-3")).hasMessage("9-3 is not a range of slots between 0 and 16383");
        assertThatThrownBy(() -> SlotRanges.ofSlots(java.util.stream.IntStream.of(16_384)))
                .hasMessage("16384-16384 is not a range of slots between 0 and 16383");
    }
}
