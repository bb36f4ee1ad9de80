package io.slotferry.activities.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.activities.redis.MigrationJobs.Kind;
import io.slotferry.activities.slots.JobSizer.Load;
import io.slotferry.planning.SlotRanges;
import io.slotferry.workflows.contract.ExpandRequest.Pacing.Mode;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How a lane is cut into migration jobs. */
class JobSizerTest {
    private static final SlotRanges SLOTS = SlotRanges.parse("0-4095");

    /** The same in every slot. */
    private static Load load(long keysPerSlot, double bytesPerKey, double forkSeconds, double writtenPerSecond) {
        return new Load(
                IntStream.range(0, 16_384).boxed().collect(Collectors.toMap(slot -> slot, slot -> keysPerSlot)),
                bytesPerKey,
                forkSeconds,
                writtenPerSecond);
    }

    private static int slots(Kind kind, Mode mode, Load load) {
        return new JobSizer(kind, mode).next(SLOTS, load).size();
    }

    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void empty_slots_go_in_one_job(Kind kind) {
        assertThat(slots(kind, Mode.STEADY, load(0, 0, 0, 0))).isEqualTo(4_096);
    }

    @Test
    void a_source_of_valkey_is_not_left_with_more_keys_to_delete_than_the_mode_bears() {
        assertThat(slots(Kind.MIGRATESLOTS, Mode.STEADY, load(100, 100, 0, 0))).isBetween(67, 80);
        assertThat(slots(Kind.MIGRATESLOTS, Mode.FAST, load(100, 100, 0, 0))).isBetween(667, 800);
        assertThat(slots(Kind.IMPORT, Mode.STEADY, load(100, 100, 0, 0))).isEqualTo(4_096);
    }

    @Test
    void no_last_job_is_left_with_a_few_keys() {
        assertThat(new JobSizer(Kind.MIGRATESLOTS, Mode.FAST)
                        .next(SlotRanges.parse("0-789"), load(100, 100, 0, 0))
                        .size())
                .isEqualTo(790);
        assertThat(new JobSizer(Kind.MIGRATESLOTS, Mode.FAST)
                        .next(SlotRanges.parse("0-999"), load(100, 100, 0, 0))
                        .size())
                .isEqualTo(500);
    }

    @Test
    void a_source_of_valkey_that_forks_for_longer_than_it_may_delete_deletes_for_as_long_as_it_forks() {
        assertThat(slots(Kind.MIGRATESLOTS, Mode.STEADY, load(100, 100, 0.1, 0)))
                .isBetween(1_333, 1_600);
    }

    @Test
    void a_slow_part_makes_jobs_smaller_but_not_so_small_that_the_fork_is_what_clients_feel() {
        JobSizer sizer = new JobSizer(Kind.MIGRATESLOTS, Mode.ADAPTIVE);

        assertThat(sizer.next(SLOTS, load(100, 100, 0, 0), 0.5).size()).isBetween(33, 40);
        assertThat(sizer.next(SLOTS, load(100, 100, 0, 0), 0.01).size()).isBetween(26, 32);
    }

    @Test
    void jobs_become_smaller_where_a_source_stood_still_for_twice_as_long_as_it_should() {
        JobSizer sizer = new JobSizer(Kind.MIGRATESLOTS, Mode.FAST);
        Load load = load(100, 100, 0, 0);
        int first = sizer.next(SLOTS, load).size();

        sizer.stood(15_000, Duration.ofMillis(20));
        sizer.stood(999, Duration.ofMillis(500));
        assertThat(sizer.next(SLOTS, load).size()).isEqualTo(first);

        sizer.stood(15_000, Duration.ofMillis(40));
        int fewer = sizer.next(SLOTS, load).size();
        assertThat(fewer).isLessThan(first);

        sizer.stood(10_000, Duration.ofMillis(1));
        assertThat(sizer.next(SLOTS, load).size()).isEqualTo(fewer);
    }

    @Test
    void large_slots_make_small_jobs_and_one_slot_goes_alone_whatever_its_size() {
        assertThat(slots(Kind.IMPORT, Mode.STEADY, load(16, 1 << 20, 0, 0))).isEqualTo(16);
        assertThat(slots(Kind.IMPORT, Mode.STEADY, load(1_000, 1 << 20, 0, 0))).isEqualTo(1);
    }

    @Test
    void what_clients_write_makes_jobs_smaller_and_a_slow_fork_makes_them_larger() {
        assertThat(slots(Kind.IMPORT, Mode.STEADY, load(16, 1 << 16, 0, 25 << 20)))
                .isEqualTo(64);
        assertThat(slots(Kind.IMPORT, Mode.STEADY, load(16, 1 << 16, 1, 0))).isEqualTo(1_000);
    }

    @Test
    void after_a_failure_jobs_have_a_quarter_of_the_slots_and_never_none() {
        JobSizer sizer = new JobSizer(Kind.IMPORT, Mode.FAST);
        Load load = load(0, 0, 0, 0);
        sizer.failed(sizer.next(SLOTS, load).size());
        assertThat(sizer.next(SLOTS, load)).isEqualTo(SlotRanges.parse("0-1023"));
        sizer.failed(1);
        assertThat(sizer.next(SlotRanges.parse("7,9"), load)).isEqualTo(SlotRanges.parse("7"));
    }
}
